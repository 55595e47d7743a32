"The parts of the English-Korean grammar: syllables, endings, words, clauses, sentence patterns."
