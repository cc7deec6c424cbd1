// Texts to begin with: the nine questions of NeuralQA (MIT licence), and sentences of our own.

export interface Group {
  name: string;
  task: string;
  samples: string[][]; // one or two texts each
}

const contexts = [
  "The Fourth Amendment of the U.S. Constitution provides that the right of the people to be secure in their persons, houses, papers, and effects, against unreasonable searches and seizures, shall not be violated, and no Warrants shall issue, but upon probable cause, supported by Oath or affirmation, and particularly describing the place to be searched, and the persons or things to be seized.'The ultimate goal of this provision is to protect people’s right to privacy and freedom from unreasonable intrusions by the government. However, the Fourth Amendment does not guarantee protection from all searches and seizures, but only those done by the government and deemed unreasonable under the law.",
  "Sandra Day O’Connor, née Sandra Day, (born March 26, 1930, El Paso, Texas, U.S.), associate justice of the Supreme Court of the United States from 1981 to 2006. She was the first woman to serve on the Supreme Court. A moderate conservative, she was known for her dispassionate and meticulously researched opinions. Sandra Day grew up on a large family ranch near Duncan, Arizona. She received undergraduate (1950) and law (1952) degrees from Stanford University, where she met the future chief justice of the United States William Rehnquist. Upon her graduation she married a classmate, John Jay O’Connor III. Unable to find employment in a law firm because she was a woman—despite her academic achievements, one firm offered her a job as a secretary—she became a deputy district attorney in San Mateo county, California",
  "The Taj Mahal is an ivory-white marble mausoleum on the southern bank of the river Yamuna in the Indian city of Agra. It was commissioned in 1632 by the Mughal emperor Shah Jahan (reigned from 1628 to 1658) to house the tomb of his favourite wife, Mumtaz Mahal; it also houses the tomb of Shah Jahan himself. The tomb is the centrepiece of a 17-hectare (42-acre) complex, which includes a mosque and a guest house, and is set in formal gardens bounded on three sides by a crenellated wall. Construction of the mausoleum was essentially completed in 1643, but work continued on other phases of the project for another 10 years. The Taj Mahal complex is believed to have been completed in its entirety in 1653 at a cost estimated at the time to be around 32 million rupees, which in 2020 would be approximately 70 billion rupees (about U.S. $916 million). The construction project employed some 20,000 artisans under the guidance of a board of architects led by the court architect to the emperor. The Taj Mahal was designated as a UNESCO World Heritage Site in 1983 for being the jewel of Muslim art in India and one of the universally admired masterpieces of the world's heritage. It is regarded by many as the best example of Mughal architecture and a symbol of India's rich history. The Taj Mahal attracts 7–8 million visitors a year and in 2007, it was declared a winner of the New 7 Wonders of the World (2000–2007) initiative.",
  "Macedonia was an ancient kingdom on the periphery of Archaic and Classical Greece, and later the dominant state of Hellenistic Greece. The kingdom was founded and initially ruled by the Argead dynasty, followed by the Antipatrid and Antigonid dynasties. Home to the ancient Macedonians, it originated on the northeastern part of the Greek peninsula. Before the 4th century BC, it was a small kingdom outside of the area dominated by the city-states of Athens, Sparta and Thebes, and briefly subordinate to Achaemenid Persia",
  "COVID-19 is the infectious disease caused by the most recently discovered coronavirus. This new virus and disease were unknown before the outbreak began in Wuhan, China, in December 2019. The most common symptoms of COVID-19 are fever, tiredness, and dry cough. Some patients may have aches and pains, nasal congestion, runny nose, sore throat or diarrhea. These symptoms are usually mild and begin gradually. Some people become infected but don’t develop any symptoms and don't feel unwell. Most people (about 80%) recover from the disease without needing special treatment. Around 1 out of every 6 people who gets COVID-19 becomes seriously ill and develops difficulty breathing. Older people, and those with underlying medical problems like high blood pressure, heart problems or diabetes, are more likely to develop serious illness. People with fever, cough and difficulty breathing should seek medical attention.",
] as const;

export const groups: Group[] = [
  {
    name: "Questions",
    task: "question-answering",
    samples: [
      ["what is the goal of the fourth amendment?", contexts[0]],
      ["Who was the first woman to serve on the supreme court in America", contexts[1]],
      ["Where did Sandra day grow up?", contexts[1]],
      ["What school did Sandra day attend?", contexts[1]],
      ["what is the taj mahal made of?", contexts[2]],
      ["what was the cost for building the taj mahal?", contexts[2]],
      ["Who ruled macedonia", contexts[3]],
      ["what are the symptoms of COVID-19", contexts[4]],
      ["what other medical conditions make COVID-19 worse?", contexts[4]],
    ],
  },
  {
    name: "Reviews",
    task: "sequence-classification",
    samples: [
      ["A gorgeous, witty film."],
      ["Two hours of my life that I will never get back."],
      ["The plot is thin and the jokes are old, yet the cast makes it a delight."],
      ["Not a bad film, but hardly one that you will remember."],
    ],
  },
  {
    name: "Tweets",
    task: "sequence-classification",
    samples: [
      ["Just landed in Lisbon and the light here is unreal 😍 #travel"],
      ["@railways third delay this week, stuck outside Leeds for an hour. Thanks for nothing."],
      ["ok the new season is way better than I expected, could not stop watching"],
      ["My phone died again at 40% battery... worst upgrade I ever paid for 😡"],
      ["Not sure what all the hype is about tbh. It's fine, I guess?"],
    ],
  },
  {
    name: "Names",
    task: "token-classification",
    samples: [
      ["Alexander the Great was born in Pella and died in Babylon."],
      ["Ada Lovelace wrote to Charles Babbage about the Analytical Engine."],
      ["The University of Oxford is older than the kingdom of Spain."],
    ],
  },
];
