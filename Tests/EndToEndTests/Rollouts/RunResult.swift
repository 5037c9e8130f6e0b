import Foundation

/// The JSON object that `run` and `demo` end with, as far as tests look at it.
struct RunResult: Decodable, Sendable, Equatable {
    struct Pair: Decodable, Sendable, Equatable {
        var stable: Int
        var canary: Int
    }

    struct Step: Decodable, Sendable, Equatable {
        var weight: Double
        var from: Double
        var seconds: Double
        var requests: Pair
        var verdict: String?
    }

    struct Verdict: Decodable, Sendable, Equatable {
        var verdict: String
        var logE: Double
        var logD: Double
    }

    struct Truth: Decodable, Sendable, Equatable {
        struct Version: Decodable, Sendable, Equatable {
            var requests: Int
            var failed: Int
        }

        var stable: Version
        var canary: Version
    }

    var schema: String
    var outcome: String
    var detail: String
    var reason: String
    var label: String
    /// nil if the route could not be read in the end.
    var weights: Pair?
    var route: String
    var journal: String
    var seconds: Double
    var steps: [Step]
    var requests: Pair
    var verdict: Verdict?
    /// Only of a demo.
    var asExpected: Bool?
    var truth: Truth?

    /// The same without the paths, which tell two runs of one story apart.
    var withoutPaths: RunResult {
        var copy = self
        copy.route = ""
        copy.journal = ""
        return copy
    }
}

/// The JSON object of `replay`.
struct ReplayResult: Decodable, Sendable, Equatable {
    var identical: Bool
    var verdicts: Int
    var different: Int
}
