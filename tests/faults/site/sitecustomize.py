"""Python imports this first in every process of the rig: the product's own commands then know the test capabilities."""

from tests.faults.skills import install

install()
