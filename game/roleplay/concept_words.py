"""Everyday words that mean much the same, or are of one kind, in English and German.

A group a line (one that begins with a space goes on); a word may stand in several.  A line with ``#`` is a heading, for
whoever reads it.
"""

from __future__ import annotations

MUCH_THE_SAME = """
# family
family relatives relative kin folks clan familie verwandte angehörige
mother mom mum mama mommy mutter mutti
father dad papa daddy vater vati
parent parents mother father mom dad eltern mutter vater
sister sibling schwester geschwister
brother sibling bruder geschwister
sister brother twin twins siblings zwilling zwillinge
son boy sohn junge
daughter girl tochter mädchen
child children kid kids son daughter toddler kind kinder sohn tochter
baby infant newborn pregnant pregnancy birth born säugling schwanger schwangerschaft geburt geboren
grandmother grandma granny nana oma großmutter
grandfather grandpa grandad granddad opa großvater
grandparents grandmother grandfather grandma grandpa großeltern oma opa
aunt uncle cousin nephew niece tante onkel cousine neffe nichte
husband spouse ehemann mann gatte
wife spouse ehefrau frau gattin
husband wife marriage married ehe verheiratet
wedding marry marries engaged engagement fiance fiancee bride groom proposal hochzeit heiraten verlobt verlobung braut
divorce divorced separated separation ex scheidung geschieden getrennt trennung
orphan orphanage adopted adoption foster waise adoptiert pflegekind
ancestor heritage inheritance inherited heirloom erbe erbstück vorfahren geerbt
# people
friend friends pal buddy mate friendship freund freundin freundschaft kumpel
girlfriend boyfriend partner lover sweetheart geliebte geliebter
neighbour neighbor neighbours nextdoor nachbar nachbarin nachbarn
stranger strangers unknown fremder fremde unbekannte
guest guests visitor visit visits visited gast gäste besuch besuchen besucher
enemy rival opponent foe feind gegner rivale
old elderly aged senior alt älter greis
young youth teenager teen jung jugend jugendlich
man men guy gentleman fellow herr kerl typ
woman women lady dame
crowd people mob audience menge leute publikum
name named nickname called heißt genannt spitzname
childhood grew upbringing raised kindheit aufgewachsen
# feeling
happy glad joy joyful cheerful delighted pleased happiness froh glücklich freude fröhlich heiter
sad sorrow unhappy gloomy melancholy sadness traurig trauer trübsal
grief mourning mourn grieve bereaved trauern trauert
cry cries crying cried tears tear wept weep sob sobbing weinen weinte tränen geweint
angry anger furious mad rage annoyed irritated cross temper wütend wut zornig ärger sauer verärgert zorn
fear afraid scared frightened terrified fears phobia dread panic terror angst fürchten fürchtet panik furcht
worry worried worries anxious nervous uneasy concern sorge sorgen besorgt nervös unruhig
love loves loved adore adores affection liebe lieben liebt geliebt zuneigung
crush infatuated smitten fancies attracted attraction verliebt verknallt schwärmt
kiss kisses kissed kissing lips kuss küssen küsste geküsst
hug hugs hugged embrace embraced cuddle cuddled umarmung umarmen umarmte kuscheln
flirt flirting flirted tease teased teasing flirten necken
hate hates hated loathe loathes despise detest dislike dislikes hassen hasst abscheu verabscheut
like enjoy enjoys fond favourite favorite loves prefer prefers mag lieblings gern bevorzugt
jealous jealousy envy envious eifersüchtig eifersucht neid neidisch
lonely alone loneliness isolated solitude einsam allein einsamkeit
proud pride boast boasted stolz prahlen
shame ashamed embarrassed embarrassing embarrassment awkward blushed peinlich scham verlegen schämte
guilt guilty remorse regret regrets regretted blame schuld schuldig reue bereut bedauern
trust trusted trusts confide confided confides confidence faith vertrauen vertraut anvertraut
hope hopes hoping wish wishes hoffnung hoffen hofft wunsch wünscht
surprise surprised astonished amazed shocked shock unexpected überrascht überraschung erstaunt schock
bored boring dull boredom tedious langweilig langeweile gelangweilt
calm peaceful peace quiet serene relaxed ruhig frieden friedlich gelassen entspannt
tired exhausted weary fatigue sleepy worn müde erschöpft
laugh laughs laughed laughing laughter giggle giggled joke jokes joked funny humour lachen lachte witz witze lustig
smile smiles smiled grin grinned lächeln lächelte grinste
miss missed misses longing yearn yearning homesick vermissen vermisst sehnsucht heimweh
stress stressed pressure overwhelmed burnout overworked druck gestresst überfordert
brave courage courageous bold bravery mutig mut tapfer
shy timid reserved introverted schüchtern zurückhaltend
comfort comforted console consoled soothe soothed reassured trösten tröstete trost
# talk
quarrel argue argued arguing argument fight fought fighting row dispute shouting shouted yelled streit streiten stritt
apology apologise apologised apologize apologized sorry forgive forgave forgiven reconciled entschuldigung verzeihen
reconcile reconciled peace forgave forgive verziehen versöhnt versöhnung
lie lied lies lying liar dishonest deceive deceived untruth lüge gelogen lügen lügner
truth honest honestly honesty sincere truthful wahrheit ehrlich aufrichtig
secret secrets hidden hide hides hid confess confessed confession reveal revealed geheimnis geheim gestand gestehen
promise promised promises vow vowed swore oath pledge versprechen versprochen versprach schwor
betray betrayed betrayal cheated cheating unfaithful affair verrat verraten betrogen untreu affäre
gossip rumour rumor rumours rumors gerücht tratsch klatsch
question ask asked asks asking inquire frage fragen fragte gefragt
answer answered reply replied response antwort antwortete
advice advise advised suggest suggested suggestion recommend recommended rat raten empfehlen vorschlag
letter letters postcard envelope mail brief briefe postkarte
phone telephone call calls rang texted message mobile telefon anruf anrufen nachricht handy
story stories tale tales anecdote geschichte erzählung erzählte
language languages speaks speak spoke fluent accent dialect sprache sprachen spricht
french english german spanish italian japanese chinese russian language französisch englisch deutsch spanisch
insult insulted mocked mock rude offended offend beleidigt beleidigung unhöflich verspottet
praise praised compliment complimented admire admired lob gelobt kompliment bewundert
thank thanks thanked grateful gratitude danke dankbar dank
invite invited invitation einladung eingeladen einladen
goodbye farewell parting parted leave leaving left abschied verabschiedet
greet greeted hello greeting begrüßt hallo gruß
silence silent quiet speechless mute schweigen schwieg stumm still
# body
doctor physician surgeon nurse hospital clinic medic arzt ärztin krankenhaus klinik pfleger
ill illness sick sickness disease unwell krank krankheit
fever flu cold cough coughing influenza fieber grippe erkältung husten
injury injured hurt wound wounded bleeding broken verletzt verletzung wunde gebrochen
arm leg ankle wrist knee bone limb fracture cast bein arm knöchel handgelenk knie knochen gips
pain ache aches aching headache migraine sore schmerz schmerzen kopfschmerzen migräne
medicine medication pill pills drug tablet prescription medizin tablette tabletten medikament
allergy allergic rash sneeze allergie allergisch
surgery operation operated operiert eingriff
cancer tumour tumor chemotherapy krebs
heart cardiac heartbeat herz
eye eyes sight blind glasses spectacles seeing auge augen blind brille
ear ears hearing deaf ohr ohren taub gehör
hair haircut hairdresser curls beard haar haare frisur friseur bart locken
tooth teeth dentist zahn zähne zahnarzt
face cheek chin forehead gesicht wange kinn stirn
hand hands finger fingers fist hände faust
scar scars tattoo tattoos narbe narben tätowierung
death dead die died dies dying passed deceased funeral grave buried cemetery tod tot starb gestorben beerdigung grab
sleep sleeps slept asleep nap insomnia awake bed schlaf schlafen schlief eingeschlafen wach schlaflos
dream dreams dreamt dreamed nightmare nightmares traum träume träumen alptraum albtraum
sport exercise workout gym fitness training trainer trainieren turnen fitnessstudio
run runs running ran jog jogging marathon sprint rennen laufen läuft gelaufen joggen
swim swims swimming swam swimmer pool dive diving schwimmen schwamm schwimmbad tauchen
bicycle bike cycling cycled cyclist fahrrad rad radfahren radeln
football soccer goal team match fußball tor mannschaft spiel
tennis badminton racket basketball volleyball
climb climbs climbing climbed climber bouldering klettern kletterte
hike hikes hiking hiked trek trekking walk walked stroll strolled wandern wanderung gewandert spaziergang spazieren
drunk alcohol drinking sober tipsy hangover alcoholic betrunken alkohol nüchtern kater
smoke smokes smoking cigarette cigarettes smoker tobacco rauchen raucht zigarette zigaretten
strong strength weak muscle stark kraft schwach muskel
tall short height size groß klein größe
naked undress sex intimate intimacy nackt intim
# food
food meal meals eat eats eating ate eaten dish hungry hunger essen aß gegessen mahlzeit gericht hungrig
breakfast morning toast cereal porridge frühstück frühstücken
dinner supper lunch feast abendessen mittagessen mahl
cook cooks cooking cooked chef recipe recipes kitchen stove kochen kocht kochte koch rezept küche herd
bake bakes baking baked baker bakery oven backen bäcker bäckerei gebacken ofen
bread loaf rolls toast dough baguette brot brötchen teig
cake pie tart pastry dessert cookies biscuits cookie kuchen torte gebäck nachtisch keks kekse
sweet sweets candy chocolate sugar süß süßigkeiten schokolade zucker
fruit apple apples pear banana cherry cherries strawberry berries plum obst apfel äpfel birne kirsche erdbeere beeren
lemon orange oranges lime citrus zitrone
vegetable vegetables carrot carrots potato potatoes onion onions cabbage gemüse karotte kartoffel zwiebel
meat beef pork steak chicken sausage bacon ham lamb fleisch rind schwein huhn wurst speck schinken
vegetarian vegan meatless vegetarisch vegetarier veganer
fish salmon tuna seafood shrimp oysters sushi fisch lachs garnelen austern
soup stew broth suppe eintopf brühe
pasta noodles noodle spaghetti pizza lasagna nudeln
cheese butter milk cream yoghurt dairy käse milch sahne joghurt
egg eggs omelette omelet ei eier
spice spicy pepper salt garlic herbs chili curry gewürz scharf pfeffer salz knoblauch kräuter
coffee espresso cappuccino latte caffeine cafe kaffee koffein
tea teapot kettle chamomile tee kanne kamille
wine vineyard champagne merlot wein weinberg sekt
beer pub ale lager brewery bier kneipe brauerei
drink drinks drank cocktail whisky whiskey rum gin vodka bar trinken trank getränk schnaps
water thirsty thirst wasser durst durstig
restaurant waiter waitress menu diner bistro gasthaus kellner kellnerin speisekarte lokal
nut nuts peanut peanuts almond hazelnut walnut nuss nüsse erdnuss erdnüsse mandel
picnic basket blanket picknick korb decke
# home
house home houses cottage villa haus zuhause heim daheim
flat apartment condo loft studio wohnung appartement
room bedroom chamber zimmer schlafzimmer raum kammer
kitchen pantry counter küche speisekammer
bathroom bath shower toilet tub bad badezimmer dusche badewanne klo
garden gardening yard lawn backyard garten gärtnern rasen hof
balcony terrace porch veranda rooftop balkon terrasse dach
attic cellar basement loft dachboden keller
door doors gate lock locked key keys tür tor schloss schlüssel abgeschlossen
window windows curtain pane fenster vorhang scheibe
stairs staircase steps ladder elevator lift treppe stufen leiter aufzug
bed pillow mattress sheets blanket bett kissen matratze decke
chair sofa couch armchair bench stuhl sessel bank
table desk tisch schreibtisch
lamp light lights candle candles lantern lampe licht kerze kerzen laterne
fire fireplace flames burn burned burning burnt blaze bonfire feuer kamin flammen brannte verbrannt lagerfeuer
clean cleaning tidy wash washed laundry dishes dust putzen sauber waschen wäsche aufräumen geschirr
dirty mess messy filthy chaos schmutzig dreckig unordnung
repair repaired fix fixed mend mended reparieren repariert flicken
break broke broken shatter shattered smashed cracked kaputt zerbrochen zerbrach
build built builds construction carpenter bauen baute gebaut zimmermann tischler
move moved moving relocate relocated relocating umzug umziehen umgezogen
rent landlord tenant lease miete vermieter mieter
furniture shelf cupboard wardrobe cabinet möbel regal schrank
# work
work works working worked job jobs employment career profession occupation living arbeit arbeiten arbeitet beruf stelle
boss manager supervisor chief superior chef chefin vorgesetzter leiter
colleague colleagues coworker coworkers kollege kollegin kollegen
office workplace headquarters büro arbeitsplatz
fired sacked dismissed unemployed jobless layoff redundant entlassen gekündigt kündigung arbeitslos
quit resign resigned resignation kündigen kündigte
hired promoted promotion raise interview applied application befördert beförderung bewerbung eingestellt
meeting conference presentation deadline project besprechung konferenz präsentation projekt frist
teacher teaches teach taught tutor professor lehrer lehrerin unterrichtet professorin
school class classroom pupil lesson lessons schule klasse schüler unterricht
university college student students study studies studied studying degree universität studium studieren studiert student
exam exams test tests graduate graduated graduation thesis prüfung prüfungen abschluss examen
learn learns learned learning practise practice lernen lernt gelernt üben übt
science scientist research laboratory lab experiment chemistry physics biology wissenschaft forschung labor chemie
astronomer astronomy telescope stars planets observatory astronomie teleskop sternwarte
engineer engineering mechanic machine machines ingenieur mechaniker maschine
computer programmer software code coding laptop developer programmierer programmieren rechner
lawyer court judge trial attorney law legal anwalt anwältin gericht richter recht prozess
police officer cop detective arrested arrest polizei polizist kommissar verhaftet
crime criminal thief steal stole stolen theft robbed robbery burglar verbrechen dieb stehlen gestohlen einbruch raub
prison jail imprisoned inmate gefängnis häftling
soldier army military war battle veteran navy soldat armee militär krieg marine
farmer farm farming barn field fields harvest tractor bauer bauernhof hof feld ernte scheune
fisherman fishing fished angler fischer angeln netz
sailor sail sailing sailed captain seemann segeln segelte kapitän
pilot cockpit aviation flieger
driver drive drives driving drove fahrer fahren fuhr gefahren
tailor sew sews sewing sewed stitched knitting knit schneider nähen näht stricken strickt
shop shops store shopping market supermarket bought buy laden geschäft einkaufen markt supermarkt gekauft kaufen
sell sells sold selling sale verkaufen verkauft verkauf
business company firm startup enterprise entrepreneur firma unternehmen
journalist reporter newspaper news editor press journalistin zeitung nachrichten presse
politics politician election vote voted mayor president politik wahl gewählt bürgermeister
# money
money cash coins funds finances dollars euros geld bargeld münzen
rich wealthy wealth fortune reich reichtum vermögen
poor poverty broke penniless arm armut pleite
debt debts owe owes owed loan borrow borrowed lend lent schulden schuldet kredit leihen geliehen
pay pays paid payment bill salary wage bezahlen bezahlt rechnung gehalt lohn
cheap expensive price cost costs bargain billig teuer preis kosten
save saves saved saving savings sparen gespart ersparnisse
gamble gambling gambled casino bet bets poker lottery glücksspiel wette gewettet lotterie
gift gifts present presents gave surprise geschenk geschenke geschenkt schenken
win won winner winning prize award victory gewinnen gewonnen gewinner preis sieg
lose lost losing loser defeat verlieren verloren verlor niederlage
jewel jewellery jewelry ring necklace bracelet earring earrings gold silver schmuck ring kette armband ohrring
# weather
weather forecast climate wetter klima
rain rains rained raining rainy wet soaked drenched umbrella puddle regen regnen regnet regnete nass regenschirm
storm storms thunder lightning thunderstorm hurricane gale sturm gewitter donner blitz unwetter
snow snows snowed snowing snowy blizzard snowman snowball winter schnee schneien schneite schneemann winter
ice icy frost frozen freezing froze cold chilly eis gefroren frieren kalt kälte eiskalt
sun sunny sunshine sunlight sonne sonnig sonnenschein
heat hot warm heatwave summer sweat sweating heiß hitze warm sommer schwitzen
wind windy breeze gust wehte windig brise
cloud clouds cloudy fog foggy mist misty grey wolke wolken bewölkt nebel neblig
sky heaven horizon himmel horizont
sunset dusk dawn sunrise twilight sonnenuntergang sonnenaufgang dämmerung morgengrauen
star stars moon moonlight constellation stern sterne mond mondlicht
# nature
tree trees forest woods oak pine branch baum bäume wald eiche ast
flower flowers rose roses tulip tulips bouquet blossom daisy lily blume blumen rose rosen tulpe strauß blüte
plant plants planted grow grows seed seeds leaf leaves cactus pflanze pflanzen samen blatt blätter
mountain mountains hill hills peak summit alps berg berge hügel gipfel alpen
sea ocean coast beach shore waves wave sand tide meer ozean küste strand wellen sand
lake pond lakeside see teich weiher
river stream creek bridge canal fluss bach brücke kanal ufer
island islands insel inseln
desert dunes wüste dünen
stone rock rocks pebble cliff stein fels klippe
park bench meadow grass playground wiese gras spielplatz
spring blossom easter frühling ostern
autumn fall herbst oktober
# animals
animal animals pet pets creature wildlife zoo tier tiere haustier
dog dogs puppy puppies hound terrier leash hund hunde welpe leine
cat cats kitten kittens kitty feline katze katzen kater kätzchen
bird birds parrot sparrow crow owl feather nest vogel vögel papagei krähe eule feder
horse horses pony stable riding rode saddle foal pferd pferde reiten ritt stall sattel fohlen
cow cows sheep goat goats pig pigs lamb kuh kühe schaf schafe ziege schwein lamm
mouse mice rat rats hamster rabbit rabbits bunny maus mäuse ratte hase kaninchen
spider spiders insect insects bug bugs wasp ant ants spinne spinnen insekt käfer wespe ameise
bee bees honey hive beekeeper biene bienen honig imker
snake snakes lizard reptile turtle tortoise schlange echse schildkröte
bear wolf fox wolves deer bär wolf fuchs reh hirsch
hen hens chickens rooster duck ducks goose hühner hahn ente gans
vet veterinarian tierarzt
# travel
travel travels travelled traveling trip journey voyage tour reise reisen reiste gereist fahrt
holiday vacation holidays getaway urlaub ferien
train trains railway station platform rail conductor zug züge bahn bahnhof gleis schaffner
plane planes airplane aeroplane flight flights fly flew airport flying flugzeug flug fliegen flog flughafen
car cars automobile vehicle truck van auto wagen lastwagen
bus tram subway metro underground bahn straßenbahn ubahn haltestelle
taxi cab
boat boats ship ships ferry yacht canoe harbour harbor port dock boot schiff fähre hafen kanu
motorcycle motorbike scooter motorrad roller
accident crash crashed collided collision unfall zusammenstoß
hotel hostel inn motel unterkunft herberge
camp camping camped tent campsite zelt zelten zeltplatz
suitcase luggage bag backpack packed packing koffer gepäck rucksack tasche gepackt
map compass route directions karte kompass weg
road street highway path avenue straße weg autobahn gasse
city town downtown village suburb stadt dorf vorort
abroad foreign country emigrate emigrated immigrant overseas ausland ausgewandert auswandern land
border passport visa customs grenze reisepass
paris rome london berlin vienna lisbon oslo city rom wien lissabon
france italy germany spain japan norway country frankreich italien deutschland spanien norwegen
late delayed missed punctual spät verspätet verpasst pünktlich verspätung
arrive arrived arrival ankommen angekommen ankunft
return returned returning zurück zurückgekehrt rückkehr
wait waited waiting warten wartete gewartet
# art
music musical song songs melody tune musik lied lieder melodie
sing sings singing sang sung singer choir voice singen singt sang gesungen sänger chor stimme
piano pianist keys keyboard klavier flügel
guitar guitarist strings bass gitarre
violin cello fiddle violinist geige violine
drum drums drummer percussion schlagzeug trommel
instrument flute trumpet saxophone flöte trompete saxofon
band concert gig festival stage orchestra konzert auftritt bühne orchester
record records vinyl album playlist schallplatte platte
dance dances danced dancing dancer ballet waltz tango tanz tanzen tanzt tanzte getanzt ballett walzer
paint paints painting painted painter canvas brush watercolour gemälde malen malt malte maler leinwand pinsel
draw draws drawing drew sketch sketches sketchbook zeichnen zeichnet zeichnung skizze
photo photos photograph photography photographer camera picture foto fotos fotografie fotograf kamera bild
sculpture sculptor statue pottery clay bildhauer skulptur töpfern ton
museum gallery exhibition exhibit galerie ausstellung
book books novel read reads reading library author buch bücher roman lesen liest gelesen bibliothek autor
write writes writing wrote written writer poem poems poetry poet schreiben schreibt schrieb gedicht gedichte dichter
diary journal notebook tagebuch notizbuch
film films movie movies cinema actor actress kino schauspieler schauspielerin
theatre theater play drama rehearsal audition theater stück probe
television tv series show episode fernsehen serie folge
# play
game games play plays played playing toy toys spiel spiele spielen gespielt spielzeug
chess checkmate board cards puzzle puzzles schach brett karten rätsel
party celebration celebrate celebrated celebrating feier feiern gefeiert fest
birthday birthdays candles cake geburtstag
christmas santa presents weihnachten heiligabend
newyear midnight fireworks silvester feuerwerk mitternacht
hobby hobbies pastime collect collects collection sammeln sammelt sammlung
magic trick tricks wizard witch spell zauber zaubern hexe
# things
clothes clothing dress dresses shirt jacket coat trousers skirt sweater kleidung kleid hemd jacke mantel hose rock
shoes boots sandals shoe sneakers schuhe stiefel
hat cap scarf gloves mütze hut schal handschuhe
watch clock alarm uhr wecker
knife blade sword weapon gun pistol messer klinge schwert waffe gewehr
box chest crate package parcel kiste schachtel truhe paket
lost misplaced missing vanished disappeared verschwunden vermisst verlegt
find found discovered discover finden fand gefunden entdeckt
red blue green yellow purple colour color rot blau grün gelb lila farbe
black white dark darkness schwarz weiß dunkel dunkelheit
loud noise noisy racket laut lärm
smell smells scent perfume odour duft geruch riechen parfüm
# time
morning early dawn morgen früh
evening night midnight nights abend nacht nachts
yesterday past former formerly earlier gestern früher vergangenheit
tomorrow future soon later plans morgen zukunft bald später pläne
year years month week decade jahr jahre monat woche
monday tuesday wednesday thursday friday saturday sunday weekend montag freitag samstag sonntag wochenende
anniversary jubilee jahrestag jubiläum
first beginning start started began anfang beginn erste
last end ended ending final finally ende letzte schluss
remember remembers remembered memory memories forget forgot forgotten erinnern erinnert erinnerung vergessen vergaß
# mind
think thinks thought believe believes opinion idea glauben glaubt meinung idee gedanke
decide decided decision choose chose choice entscheiden entschied entscheidung wahl
plan plans planned planning intend intends intention vorhaben plant geplant
try tries tried attempt effort versuchen versucht versuch
fail failed failure flunked scheitern gescheitert versagt durchgefallen
succeed success successful achieved erfolg erfolgreich geschafft
help helps helped assist support rescue rescued saved hilfe helfen half geholfen retten gerettet
danger dangerous risk risky threat threatened gefahr gefährlich bedroht
religion religious god church pray prayed prayer faith religion gott kirche beten betete gebet
luck lucky superstition superstitious charm fortune glück aberglaube talisman
clever smart intelligent genius klug schlau intelligent
stupid foolish idiot silly dumm blöd albern
kind gentle caring tender nett sanft freundlich lieb
cruel mean harsh bully bullied grausam gemein gemobbt
stubborn headstrong stur dickköpfig
lazy idle faul
ghost haunted spirit gespenst geist spuk
"""

OF_ONE_KIND = """
family relatives mother father mom dad sister brother son daughter aunt uncle cousin niece nephew grandmother
  grandfather familie verwandte mutter vater schwester bruder sohn tochter tante onkel oma opa eltern geschwister
  nichte neffe
partner relationship love boyfriend girlfriend husband wife date dating kiss engaged married crush affair beziehung
  liebe freund freundin mann frau kuss verlobt verheiratet affäre verliebt
job profession living work baker nurse doctor teacher lawyer engineer farmer sailor soldier pilot tailor mechanic
  waiter carpenter journalist programmer clerk guard cook barista workshop office factory shop company employed career
  shift beruf beruflich arbeit arbeite bäckerei werkstatt büro fabrik laden firma verkäufer lehrer arzt pfleger
  schicht stelle
animal pet dog cat bird owl horse cow pig mouse rabbit fox wolf bear snake fish parrot hamster goat sheep turtle hen
  tier haustier hund katze vogel eule pferd kuh schwein maus hase fuchs bär schlange fisch papagei ziege schaf
sport football tennis swim run climb ski skate box ball goalkeeper team match race marathon gym coach basketball
  rowing fußball schwimmen laufen klettern torwart mannschaft rennen turnen trainer rudern boxen
instrument music guitar piano violin drum flute trumpet cello accordion harmonica organ saxophone bass musik gitarre
  klavier geige schlagzeug flöte trompete akkordeon orgel
drink coffee tea wine beer water juice whisky lemonade cider cocoa milk rum gin vodka champagne cocktail thirsty glass
  trinken kaffee tee wein bier wasser saft schnaps limonade kakao milch sekt glas getränk
alcohol wine beer whisky rum gin vodka cider champagne cocktail drunk drink bar pub alkohol wein bier schnaps
  betrunken
food eat meal bread cheese soup pasta dumplings rice pizza meat fish cake salad sandwich noodles supper lunch dinner
  essen mahlzeit brot käse suppe nudeln knödel reis fleisch fisch kuchen salat abendessen mittagessen
supper dinner eat ate meal restaurant table cook invited abendessen essen gekocht
cook kitchen recipe stove oven pan pot fry boil boiled burned pasta rice soup kochen herd pfanne topf braten reis
  suppe
sweets candy liquorice chocolate cake toffee caramel lollipop dessert süßigkeiten lakritz schokolade bonbon nachtisch
vegetarian vegan meat vegetables mushrooms tofu beans vegetarisch fleisch gemüse pilze bohnen
ill sick fever flu cough cold hospital clinic doctor cancer pain medicine lung infection diagnosis health healthy
  krank fieber husten krankenhaus klinik arzt schmerzen medizin krebs gesund gesundheit diagnose
money debt owe rent loan salary bill pay wallet bank cash poor rich afford spend coins purse cheque geld schulden
  miete kredit gehalt rechnung bezahlen arm reich leisten münzen portemonnaie
holiday vacation travel trip journey train plane beach sea hotel suitcase abroad august july summer ticket tour cruise
  urlaub ferien reise zug flugzeug strand meer koffer ausland fahrkarte fahrkarten
travel journey train sleeper plane ship ticket tickets suitcase passport reise zug flugzeug schiff koffer pass
vehicle car van truck bus tram train bicycle motorcycle boat taxi tractor fahrzeug auto zug fahrrad motorrad
drive driving licence license car road crossing steer motor parking fahren führerschein auto lenken kreuzung
crime arrested police prison cell thief steal robbed wallet court guilty jail handcuffs verbrechen polizei zelle dieb
childhood child grew born village school young small kid parents kindheit kind aufgewachsen geboren dorf schule klein
school pupil class teacher bully bullied homework exam library schoolyard schule schüler klasse lehrer hausaufgaben
read book novel magazine newspaper poem chapter pages margins library story lesen buch roman zeitschrift kapitel
  seiten
write poem novel letter diary story notes author chapter schreiben gedicht roman brief tagebuch notizen
game chess poker cards dominoes dice bluff bluffed bet puzzle play matchsticks spiel schach karten würfel domino
art painting drawing watercolour sculpture gallery museum exhibition artist canvas kunst gemälde zeichnung künstler
film movie cinema screen actor television series director kino leinwand schauspieler fernsehen serie
weather rain storm snow sun wind fog hail frost thunder heat cold wetter regen sturm schnee sonne nebel hagel kälte
cold freezing winter snow blizzard ice frost coat blanket kalt schnee eis mantel decke frieren
clothes dress coat shoes hat gloves scarf shirt jacket boots kleider mantel schuhe hut handschuhe schal hemd jacke
feelings feel emotion mood happy sad angry afraid jealous proud ashamed gefühl gefühle stimmung froh traurig wütend
jealous envy stung rival flirt laughing eifersüchtig neid
afraid scared fear panic narrow height heights dark spider clown lift flying deep angst furcht panik enge höhe tief
home homesick hometown return belong zuhause heimweh heimat daheim
flowers tulips roses daisies bouquet lilies wilted vase petals blumen tulpen rosen strauß verwelkt
plants tomatoes garden flowers herbs seeds pot grow pflanzen tomaten garten blumen kräuter samen
faith church chapel pray prayed candle priest believe god bible kirche kapelle gebet kerze priester glaube
place city town village harbour market square bridge station street ort stadt dorf hafen markt platz brücke bahnhof
city paris rome london berlin vienna lisbon oslo hamburg madrid prague tokyo venice stadt rom wien lissabon venedig
country france italy germany spain japan norway england america greece turkey russia china land frankreich italien
language english french german italian spanish russian japanese latin speak translate sprache englisch französisch
stars sky moon telescope orion planet comet night sterne himmel mond fernrohr nacht
death funeral buried grave ashes coffin mourning widow died tod begräbnis begraben grab asche sarg witwe gestorben
war army soldier uniform medal battle veteran rifle krieg armee soldat orden gewehr
trust betrayed secret confide faithful loyal promise vertrauen verraten geheimnis treu versprechen
voice sing song choir hum whistle stimme singen lied chor summen pfeifen
party birthday wedding christmas celebration fireworks feier geburtstag hochzeit weihnachten feuerwerk
gift present birthday wrapped ribbon surprise geschenk geburtstag eingepackt überraschung
wedding marry engaged fiance ring bride proposal dress hochzeit heiraten verlobung braut antrag
tired exhausted sleep insomnia awake yawn asleep bed müde erschöpft schlaf wach gähnen
fight quarrel shout shouted argument slammed yell row angry streit schreien schrie angeschrien zoff
boss colleague office supervisor manager promotion fired team chef kollege büro beförderung entlassen
fired dismissed unemployed sacked job entlassen gekündigt arbeitslos
university studies student degree exam professor dropped thesis studium uni prüfung
baby born pregnant niece nephew cradle birth geboren schwanger wiege geburt
phone call calls ring rang telephone message voicemail telefon anruf klingeln nachricht
beach shore sea waves sand shells tide dunes strand ufer meer wellen muscheln
injury leg ankle arm bone sprained twisted bruise crutches bandage verletzung bein knöchel verstaucht verband krücken
house attic cellar roof trunk stairs loft haus dachboden keller dach truhe treppe
month january february march april may june july august september october november december monat januar februar
spring april may frühling
summer june july august sommer
autumn september october november herbst
winter december january february
"""
