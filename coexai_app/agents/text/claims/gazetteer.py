"""Words that are names wherever they stand, words that never are, and titles: evidence for `names` where capitals tell nothing.

At the start of a sentence and in German every noun is capitalised; there a word that the source does not have counts as a name
only with evidence. These lists are such evidence, not a register: a name that is not here is still found in other places.
"""

from __future__ import annotations

from .words import word_set

_FIRST_NAMES = """
Aaron Abigail Adam Adrian Aisha Alan Alba Albert Alberto Alejandro Alex Alexander Alexandra Alice Alicia Alison Amanda Amelia Amir Amy Ana
Andrea Andreas Andrew Andrés Angela Anita Anja Anke Ann Anna Anne Antje Anthony Antoine Antonio Arthur Astrid Barbara Beatriz Ben Benjamin
Bernd Bernhard Beth Bettina Birgit Bob Brian Bruno Camila Carla Carlos Carmen Carol Caroline Catherine Cecilia Charles Charlotte Chiara
Chloe Chris Christian Christina Christine Christoph Christopher Claire Clara Claudia Claus Craig Daniel Daniela David Deborah Denis Diana
Diego Dieter Dirk Dmitri Dominic Donald Dorothy Edith Eduardo Edward Elena Elisabeth Elizabeth Ella Emilia Emily Emma Eric Erik Ernst
Esther Eva Fatima Felix Fernanda Fernando Florian Frances Francesca Francesco Francisco Frank Franz Fred Frederick Friedrich Gabriel
Gabriela Gary George Georg Gerhard Giovanni Giulia Gonzalo Graham Greta Guillermo Gustavo Günter Hannah Hans Harald Harry Hassan Heike
Heinrich Heinz Helen Helena Helga Henry Hiroshi Holger Ibrahim Ignacio Inés Ingrid Irene Isaac Isabel Isabella Ivan Jack Jakob James Jan
Jane Janet Jasmine Javier Jean Jeff Jennifer Jens Jessica Jim Joachim Joan Joe Johann Johannes John Jonas Jonathan Jorge Josef Joseph José
Juan Juana Judith Julia Julian Julie Jürgen Kai Karen Karin Karl Karla Kate Katharina Katherine Katie Katja Keith Kenji Kevin Klaus Knut
Kumar Lars Laura Lauren Lea Leila Lena Leo Leon Leonie Liam Lina Linda Lisa Lorena Louis Louise Luca Lucas Lucia Lucía Luis Luisa Lukas
Luke Lydia Manfred Manuel Manuela Marc Marcel Marco Marcus Margaret María Maria Marie Mario Marion Mark Markus Marta Martha Martin Martina
Mary Matteo Matthew Matthias Max Maximilian Maya Mei Melanie Michael Michelle Miguel Mike Mohamed Mohammed Monica Monika Nadia Nancy
Natalia Natalie Nathan Nicholas Nico Nicola Nicole Nikolai Nina Noah Nora Nuria Olaf Olga Oliver Olivia Omar Oscar Pablo Pamela Patricia
Patrick Paul Paula Pedro Peter Petra Philip Pierre Pilar Priya Rachel Rafael Rahul Rainer Ralf Ramón Raquel Raúl Rebecca Renate Ricardo
Richard Rita Robert Roberto Rocío Rodrigo Roger Roland Rosa Ruth Ryan Sabine Sally Salma Sam Samantha Samir Samuel Sandra Sara Sarah Sean
Sebastian Sergio Silke Silvia Simon Sofia Sofía Sonia Sophia Sophie Stefan Stefanie Stella Stephanie Stephen Steve Steven Sue Susan Susana
Susanne Svenja Sven Sylvia Tanja Tania Tara Teresa Thomas Tim Timothy Tobias Tom Tomás Tony Ulrich Ulrike Ursula Uwe Valentina Vanessa
Vera Veronica Victor Victoria Vincent Walter Wei Wendy Werner William Wolfgang Xavier Yasmin Yolanda Yuki Yusuf Zoe
"""
_SURNAMES = """
Abbott Adams Aguilar Ahmed Alexander Ali Allen Alonso Álvarez Anderson Andersson Archer Bailey Baker Barnes Bauer Baumann Beck Becker Bell
Bennett Bianchi Blanco Braun Brooks Brown Bryant Butler Campbell Castillo Castro Chang Chen Clark Clarke Cole Collins Cooper Cox Cruz
Davies Davis Delgado Díaz Diaz Domínguez Dubois Dupont Edwards Ellis Esposito Evans Fernandes Fernández Fernandez Ferrari Fischer Fisher
Fleming Flores Foster Fuchs García Garcia Gibson Gómez Gomez González Gonzalez Graham Green Griffin Gupta Gutiérrez Haas Hahn Hall
Hamilton Hansen Harris Harrison Hartmann Hayes Henderson Hernández Hernandez Herrera Hoffmann Hofmann Holmes Hughes Huber Hussain Iglesias
Ivanov Jackson Jansen Jenkins Jiménez Johansson Johnson Jones Jung Kaiser Keller Kelly Kennedy Khan Kim Klein Köhler Koch Krause Krüger
Kumar Lang Larsson Laurent Lee Lehmann Leroy Lewis Li Lin Lopez López Lorenz Ludwig Maier Marín Marshall Martin Martínez Martinez Matthews
Mayer McCarthy McDonald Medina Mehta Meier Mendoza Meyer Miller Mills Mitchell Möller Molina Moore Morales Moreau Moreno Morgan Morris
Morrison Müller Muñoz Murphy Murray Nakamura Navarro Nelson Neumann Nguyen Nielsen Novak Núñez Okafor Olsen Ortega Ortiz Owens Palmer Park
Parker Patel Patterson Pereira Perez Pérez Peters Petersen Petrov Phillips Popov Powell Price Quinn Ramírez Ramirez Ramos Reed Reyes
Reynolds Ricci Richter Rivera Roberts Robinson Rodríguez Rodriguez Rogers Rojas Romano Romero Ross Rossi Rousseau Rubio Ruiz Russo Ryan
Sánchez Sanchez Sanders Santos Sanz Sato Schäfer Schmid Schmidt Schmitt Schmitz Schneider Scholz Schröder Schubert Schulz Schulze
Schumacher Schuster Schwarz Serrano Sharma Shaw Silva Simmons Simon Singh Smith Sommer Stein Stevens Stewart Sullivan Suzuki Tanaka Taylor
Thompson Thomson Torres Tran Turner Vargas Vasquez Vega Vogel Vogt Wagner Walker Wallace Walsh Wang Ward Watson Weber Weiß Weiss Werner
White Whitaker Williams Wilson Winkler Winter Wolf Wong Wright Wu Xu Yamamoto Yang Young Zhang Zhao Ziegler Zimmermann
"""
_PLACES = """
Afghanistan Africa Alabama Alaska Alicante America Amsterdam Ankara Argentina Argentinien Arizona Asia Asien Athens Atlanta Austin
Australia Australien Austria Baden Bangkok Barcelona Basel Bavaria Bayern Beijing Belgien Belgium Bengaluru Berlin Bern Bilbao Birmingham
Bogotá Bologna Bonn Boston Brasilien Brazil Bremen Bristol Britain Brooklyn Brussels Brüssel Budapest Bulgaria California Cambridge Canada
Cardiff Chicago Chile China Cologne Colombia Colorado Copenhagen Córdoba Cuba Dallas Denmark Denver Deutschland Detroit Dortmund Dresden
Dubai Dublin Duisburg Dundee Düsseldorf Edinburgh Egypt England Erfurt Espagne España Essen Europa Europe Finland Finnland Florence
Florida France Francia Frankfurt Frankreich Freiburg Geneva Genf Genoa Germany Ghana Ghent Glasgow Göttingen Granada Graz Greece
Griechenland Hamburg Hannover Hanover Heidelberg Helsinki Holland Houston Hungary Illinois India Indien Indonesia Innsbruck Iran Iraq
Ireland Irland Israel Istanbul Italia Italien Italy Jakarta Japan Jerusalem Johannesburg Kanada Karlsruhe Kassel Kenya Kiel Köln
Kopenhagen Korea Krakow Kyiv Lagos Leeds Leicester Leipzig Lille Lima Linz Lisbon Lissabon Liverpool London Lübeck Luxembourg Lyon Madrid
Magdeburg Mailand Mainz Málaga Malaysia Malmö Manchester Manila Mannheim Marseille Melbourne Mexico México Miami Michigan Milan Minnesota
Montreal Morocco Moscow Moskau München Münster Mumbai Munich Murcia Nairobi Naples Netherlands Newcastle Nigeria Norway Norwegen
Nottingham Nürnberg Ohio Oregon Oslo Osnabrück Österreich Oxford Pakistan Palermo Pamplona Paris Pennsylvania Peru Perú Philadelphia
Phoenix Poland Polen Porto Portland Portugal Potsdam Prag Prague Rome Rostock Rotterdam Russia Russland Salamanca Salzburg Santander
Santiago Schottland Schweden Schweiz Scotland Seattle Seoul Sevilla Seville Shanghai Sheffield Sicily Singapore Singapur Spain Spanien
Stockholm Stuttgart Sweden Switzerland Sydney Taiwan Texas Thailand Tokio Tokyo Toledo Toronto Toulouse Tunisia Turin Turkey Türkei
Ukraine Ulm Ungarn Utah Utrecht Valencia Valladolid Vancouver Venice Vermont Vienna Vietnam Virginia Wales Warsaw Warschau Washington Wien
Wiesbaden Wisconsin Wuppertal Yorkshire Zaragoza Zürich Zurich
"""
_CITIES = """
Aachen Albacete Almería Augsburg Ávila Badajoz Bamberg Bielefeld Bochum Braunschweig Burgos Cáceres Cádiz Cartagena Chemnitz Cottbus
Coruña Darmstadt Erlangen Flensburg Gijón Girona Granollers Huelva Ingolstadt Jaén Jena Koblenz Konstanz Lleida Logroño Lüneburg Marbella
Oldenburg Oviedo Passau Regensburg Saarbrücken Schwerin Tarragona Trier Tübingen Vigo Weimar Wolfsburg Würzburg
"""
_ORGANISATIONS = """
Accenture Adidas Adobe Airbnb Airbus Aldi Alibaba Allianz Alphabet Amazon Anthropic BMW BASF Bayer Boeing Bosch Cisco Citigroup
Commerzbank Daimler Deloitte Disney Dropbox Ericsson Etsy Expedia Facebook Figma GitHub Google HubSpot Huawei Iberdrola Ikea Inditex
Instagram Intel Lenovo LinkedIn Lidl Lufthansa Mailchimp Mastercard Mercadona Mercedes Meta Microsoft Mozilla Nestlé Netflix Nike Nintendo
Nokia Nvidia OpenAI Oracle Panasonic PayPal Pfizer Pinterest Porsche Reddit Renault Repsol Reuters Salesforce Samsung Santander Shopify
Siemens Sony Spotify Starbucks Telefónica Tesla TikTok Toyota Twitter Uber Unilever Vodafone Volkswagen Volvo Walmart WhatsApp Wikipedia
Xiaomi Yahoo YouTube Zalando Zoom
"""
# Surnames, places and first names that are ordinary words as well: no evidence.
_DOUBTFUL = word_set(
    "baker brown bell green white young price park long may will mark bob jack grant rose hope faith joy grace frank rich art pat sue"
    " gene drew dale cliff lang jung klein braun winter sommer koch becker bauer weber fischer schneider wagner schulze richter wolf"
    " kaiser vogel stein schwarz fuchs haas jung cole cook cooper butler foster hall fisher walker turner taylor carter mason miller"
    " potter archer parker porter page bishop king knight essen baden turkey china meta zoom oracle intel palmer santos cruz castro"
    " flores blanco ramos rey reyes rubio sanz jan phoenix reed ward mills tim max carol dawn ivy lee china bonn ulm linz kiel mainz"
    " bern buffalo bath reading nice lima toledo mobile america marin molina morales torres rosa alba pilar carmen consuelo dolores"
    " mercedes santiago cordoba segovia victoria virginia viola vera olive ruby pearl amber summer autumn moore li lin lea leo sam"
    " sally tara ross stella vega silva medina serrano simon winkler ziegler weiss jens kai wei mei kumar quinn kelly marin"
)
KNOWN = word_set(f"{_FIRST_NAMES} {_SURNAMES} {_PLACES} {_CITIES} {_ORGANISATIONS}") - _DOUBTFUL

# German prepositions before a place; without an article behind them, a capitalised word is one more often than not.
PLACE_CUES = word_set("in aus nach bei")

# Titles and roles: they stand beside a name and are none.
ROLES = word_set(
    "Mr Mrs Ms Miss Mx Dr Prof Professor Sir Dame Lord Lady President Chancellor Minister Senator Governor Mayor Congressman"
    " Cllr Councillor"
    " Congresswoman Representative Judge Justice Captain Colonel General Sergeant Officer Detective Inspector Director Manager"
    " Chairman Chairwoman Chair Chief Executive Founder Cofounder Co-founder Owner Partner Editor Reporter Author Writer Coach Doctor"
    " Nurse Chef Baker Engineer Designer Analyst Consultant Secretary Ambassador Spokesman Spokeswoman Spokesperson Pope King Queen"
    " Prince Princess Emperor Saint Reverend Father Sister Brother Uncle Aunt Grandma Grandpa Mum Mom Dad Prime Vice Deputy Head Lead"
    " Senior Junior CEO CFO CTO COO CMO CIO VP SVP EVP MD PhD MP MEP PM MBA HR Jr Sr Inc Ltd LLC GmbH AG Corp Co Plc SA SL KG Señor"
    " Señora Don Doña Sr Sra Srta Presidente Presidenta Ministro Ministra Alcalde Alcaldesa Director Directora Doctor Doctora Profesor"
    " Profesora Fundador Fundadora Rey Reina Herr Herrn Frau Doktor Professorin Präsident Präsidentin Kanzler Kanzlerin Bundeskanzler"
    " Minister Ministerin Bürgermeister Bürgermeisterin Chef Chefin Geschäftsführer Geschäftsführerin Gründer Gründerin Inhaber"
    " Inhaberin Leiter Leiterin Sprecher Sprecherin Bäckermeister Bäckermeisterin Meister Meisterin König Königin Kaiser Papst"
    " Monsieur Madame Mme Signor Signora Mevrouw Meneer"
)

# Capitalised by habit, and said by writers of posts without being in any source.
NOT_NAMES = word_set(
    "I I'm OK Okay TL DR TLDR FAQ FAQs DIY PS PPS FYI RT DM DMs BTW IMO IMHO LOL ASAP AKA ETA NB VS AM PM RSVP QA TBD TBA WIP VIP POV"
    " TV PR ID IDs CV Q A B2B B2C IRL AI THREAD NEW NOW FREE NOT NO YES ALL AND OR BUT THE THIS THAT YOUR YOU WE ONE TWO TOP HOW WHY"
    " WHAT WHEN WHO STOP START NEVER ALWAYS ONLY MORE LESS BIG HUGE KEY TIP TIPS PRO BONUS UPDATE BREAKING ALERT WARNING IMPORTANT"
    " READ WATCH LISTEN SHARE SAVE FOLLOW LINK BIO HERE TODAY EVERY ANY ZERO BEST WORST REAL REALLY VERY LIVE DO DON'T DIES DAS NEU"
    " JETZT NUR NICHT HEUTE GRATIS NUEVO NUEVA AHORA HOY SOLO HILO God Internet Web Monday Earth"
)

SPEECH = word_set(
    "said says told tells wrote writes added adds explained explains argued argues asked asks recalled recalls noted notes announced"
    " announces warned warns replied replies claimed claims believes believed thinks thought remembers remembered admitted admits"
    " insisted insists joined founded led leads runs became was is has had dijo dice explicó explica afirmó afirma añadió añade señaló"
    " señala aseguró asegura contó cuenta recuerda recordó fundó dirige comentó comenta sostiene sagte sagt erklärt erklärte berichtet"
    " berichtete meint meinte erzählt erzählte betont betonte gründete leitet schreibt schrieb ergänzt fügt"
)
SPEECH_STRICT = SPEECH - word_set("was is has had notes claims thought leads runs became led cuenta")

# Two ways to write one place or body; compared as the same name.
SAME: dict[str, str] = {
    key: names[0]
    for names in (
        ("united states", "us", "usa", "united states of america", "america", "estados unidos", "eeuu", "ee uu", "vereinigte staaten"),
        ("united kingdom", "uk", "britain", "great britain", "reino unido", "grossbritannien", "vereinigtes konigreich"),
        ("european union", "eu", "ue", "union europea", "europaische union"),
        ("united nations", "un", "onu", "naciones unidas", "vereinte nationen"),
    )
    for key in names
}
