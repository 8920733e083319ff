"""Language models behind one interface. Vendor SDKs are imported only by their own file, and only when used."""
