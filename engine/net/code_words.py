"""The words of join codes: 1024 that are easy to say across a room, to hear and to type.

Ours, chosen for that: no two differ by one letter (left out, put in, changed or swapped with its neighbour) and no two
sound alike, so that a word heard or typed half wrong is either found again or refused, never another code.
A code is only as lasting as the list: words are never moved, only a new list may take its place.
"""

from __future__ import annotations

_LIST = """
abbey acorn acrobat actor admiral adobe advice afternoon agenda airport album alcove algebra almanac almond alphabet
alpine amber amethyst anchor angle animal answer antelope antenna anthem apple apricot april apron aquarium arcade
archer arctic arena armadillo armchair aroma arrow artist aspen asphalt athlete atlas attic auburn august autumn
avenue avocado azure baboon bacon badge bagel bagpipe bakery balcony ballad balloon bamboo banana bandit banjo banner
barber bargain barley barrel basalt basil basket bassoon bathtub battery bazaar beaver bedroom beetle bench bicycle
bingo bishop blanket blizzard blossom blue bobcat bonfire bonus bookcase boomerang border botany boulder bowling
bracket branch brass breeze broccoli bronze brother bubble bucket buckle buffalo bugle bulb bumper bundle bungalow
burger burrow butter button cabbage cabin cable cactus calendar camel camera campfire canal canary candle canvas
canyon captain caramel caravan cardinal cargo carnival carpet carrot cartoon cascade cashew castle cathedral cavern
cedar celery cello cement census century ceramic chalk champion chapel chapter charcoal chess chestnut chicken chimney
chipmunk chocolate chorus chrome cinema cinnamon circus citrus clarinet classic cliff clover clown cluster cobalt
cobra coconut collar colony comedy comet compass compost concert condor confetti copper coral corner cosmos costume
cottage cotton council country courtyard cousin cowboy cradle crane crater crescent cricket crimson crocus cruise
crystal cucumber cupboard cupcake custard cyclone cylinder cymbal cypress daffodil dairy dancer dandelion daughter
dawn december decimal delta denim dentist desk detective dewdrop diagram dialect diamond diesel dinner dinosaur disco
diver doctor dolphin domino donkey doorbell double doughnut dragon drawer dream drizzle duet dumpling dungeon earring
earth eclipse editor eggplant eighty elastic elbow electron elephant elevator eleven elixir emblem emerald emperor
empire engine enigma envelope equator escort espresso estate evening evergreen exit expert explorer express fabric
factory falcon family fanfare farmer fashion father faucet fence fennel fern festival fiction fiddle fifteen finger
firefly fisher flag flame flamingo flannel flavor flicker flint flute foam focus folklore football forest forge
formula fortune forty fossil fountain fraction freckle freedom freezer frigate frontier frost furnace future gadget
galaxy gallery gallon garage garden garlic garment gazelle gemini genius giant gibbon giraffe glacier glass glider
glimmer globe goblet golden goldfish golf gondola goose gopher gorilla gospel grammar granite grape gravel gravity
grease green griffin groove ground guitar gumdrop gusto habitat hamlet hamster hanger harbor harmony harness harvest
hatchet hawk headline hedgehog helmet herald herbal hexagon hibiscus hickory hiking hilltop history holiday horizon
hornet horse hostel human hundred hurdle hydrant iceberg icicle iguana illusion image impala incense indigo insect
instinct interval invoice island ivory jackal jacket jaguar january jasmine jaunty javelin jester jewel jigsaw jingle
jogger journal journey joyful jubilee jukebox jumbo juniper jupiter justice kangaroo karate kebab kernel kestrel
ketchup kettle keyboard kimono kingdom kitchen knapsack knee knitting knuckle label ladder ladybug lagoon lake lamp
lantern laptop larch latitude laundry laurel lavender leaflet leather lecture ledger legend lemon lentil leopard
lesson lettuce level library lilac limit linen lion lizard lobster locket locust logic lollipop lotus lounge lullaby
lumber lunar luxury lynx lyric macaroni machine madrigal magenta magic magnet magpie mailbox mammal mammoth mandolin
mango manor mansion mantis maple marathon marble margin marigold market marmalade marsh mascot mason mattress maximum
meadow medal melody melon member memory mercury mermaid meteor metro midnight mimic mineral minibus minnow miracle
mirror mitten mixture molecule moment monday mongoose monitor monument moonbeam mop morning mortar mosaic muffin
mulberry mural museum mushroom mystery napkin narwhal nation nature nebula necklace nectar needle nephew neptune
network neutron newspaper nickel nimble nimbus ninety noble nordic notebook novel november nozzle nucleus nugget
nutmeg nylon nymph oasis oatmeal observer ocelot octagon octave october octopus office olive omelet onyx opera optic
oracle orange orbit orchard orchid organ origami osprey ostrich outback outdoor oxygen oyster ozone pacific paddle
padlock pagoda painter palace palette pancake panda panel papaya paper paprika parade parcel parsley partner passage
passport pasta pastry pattern pavement peacock peanut pearl pebble pecan pegasus pelican pencil penguin perfume petal
pewter phoenix pickle picnic picture pigeon pillar pillow pilot pinball pinecone pioneer pipeline pirate pixel planet
plasma platinum plaza plum plywood poetry polka pollen polygon popcorn poplar porcupine porridge portal possum
postcard potato potter prairie present pretzel prism profit pronto proton proverb prune pudding pulsar pumpkin puppet
purple puzzle pyramid python quail quality quantum quarry quartet quartz quasar quest quilt quince quiver quota rabbit
radar radish raft ragtime railway rainbow raisin ramble rampart rapid raspberry rattle raven razor recipe record
redwood reggae region reindeer relish remote republic rescue rhubarb rhythm ripple robin romance rooftop rooster
rosemary rotor royal rugby ruler rumba runner rustic safari saffron sailor salad salmon salsa salute samba sandal
sandwich sapphire sardine satchel satin saturday saturn sausage savanna scallop scarecrow scarf scenic scholar school
science scooter scorpion script sculptor season secret senator september serenade sesame seventy shadow shampoo
shepherd sherbet sheriff shimmer shoelace shovel shrimp shrub shuttle siesta silver simple siren sister sixteen skate
sketch skillet skirt skunk skyline slalom slipper slogan sloth smile sneaker snorkel snowball soccer sonar sonnet
soprano spark sparrow special sphere spider spinach spiral splash sponge sprinkle sprout spruce square squash squid
squirrel stable stadium stairs stamp stanza station statue stencil steppe stereo stew sticker stocking stone storm
straw stream street string stripe studio sturdy submarine suburb subway sugar suitcase summit sunday sunflower sunrise
supper surprise swallow sweater swift switch symphony syrup system tadpole taffy talent tandem tangerine tapestry
target tarragon tartan taxi teacher teapot telescope temple tempo tennis terrace terrier texture theater thermos
thicket thimble thistle thousand thread throne thunder thursday tiger timber timpani tinsel titan toaster toboggan
token tomato topaz tornado tortoise totem tourist towel tractor trader traffic transit trapeze treasure treaty treble
triangle tribute trident tripod triumph trivia trolley trombone tropical truffle trumpet trunk tuesday tugboat tulip
tumbler tundra tunnel turban turbine turkey turnip turquoise turtle tuxedo twelve twenty twilight twine twist ukulele
umbrella uncle unicorn uniform universe upright upstairs urchin utensil utopia vacuum vanilla vapor varnish vector
vegetable velcro velvet vendor venture venus veranda verdict vertex veteran village vinegar vineyard vintage violet
violin visitor vitamin vivid vocal volcano volume waffle wagon waiter walnut walrus waltz warbler wardrobe wasabi
weasel wedding wednesday weekend welcome western whisker wicker windmill winter wisdom wombat wonder woodland workshop
world yogurt zebra zigzag zircon zodiac
"""

WORDS: tuple[str, ...] = tuple(_LIST.split())
"""In alphabetical order; ten bits each."""
