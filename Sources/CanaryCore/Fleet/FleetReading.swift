/// What was read about a fleet.
package struct FleetReading: Sendable, Hashable {
    /// One for each service, in the order asked for.
    package var evidence: [CheckEvidence]
    /// By key, if an objective was given and requests were counted.
    package var burnRates: [String: BurnRate]
    /// Samples of all answers.
    package var samples: Int
    /// Series of all answers that somebody looked for, and the others.
    package var series: Int
    /// Bytes of all answers.
    package var bytes: Int
    /// How long was waited for the server.
    package var serverSeconds: Double
    /// Questions that were sent, each for the whole fleet.
    package var questions: Int
    /// Pieces that histories were read in.
    package var chunks: Int
    /// What a reader must know, e.g. warnings of the server.
    package var notes: [String]

    package init(
        evidence: [CheckEvidence] = [],
        burnRates: [String: BurnRate] = [:],
        samples: Int = 0,
        series: Int = 0,
        bytes: Int = 0,
        serverSeconds: Double = 0,
        questions: Int = 0,
        chunks: Int = 0,
        notes: [String] = []
    ) {
        self.evidence = evidence
        self.burnRates = burnRates
        self.samples = samples
        self.series = series
        self.bytes = bytes
        self.serverSeconds = serverSeconds
        self.questions = questions
        self.chunks = chunks
        self.notes = notes
    }

    /// `read 1,234,567 samples of 20,000 series with 6 questions in 2 pieces`.
    package var sentence: String {
        "read \(Phrase.count(samples)) samples of \(Phrase.count(series)) series with \(Phrase.count(questions)) "
            + (questions == 1 ? "question" : "questions") + " in \(Phrase.count(chunks)) "
            + (chunks == 1 ? "piece" : "pieces") + " of time"
    }
}
