import CanaryCore

/// The `objectives` section.
enum SpecObjectives {
    static func read(_ body: SpecReader.Section?, into objectives: inout Objectives, with reader: inout SpecReader) {
        let section = reader.section(body, "objectives", keys: SpecKeys.objectives)
        let errors = reader.section(section, "errors", keys: SpecKeys.errors)
        if let tolerance = reader.share(
            errors,
            "tolerance",
            unit: .points,
            atMost: 0.5,
            isOpenBelow: false,
            why: "it is the additional share of failed requests that is put up with"
        ) {
            objectives.errors.tolerance = tolerance
        }
        if let budget = reader.share(
            errors,
            "budget",
            unit: .points,
            atMost: 0.5,
            isOpenBelow: true,
            why: "that nothing at all got worse can never be proved"
        ) {
            objectives.errors.budget = budget
        }
        if let ratio = reader.number(
            errors,
            "ratio",
            atLeast: 1,
            atMost: 100,
            why: "1 is no worse at all, 1.1 is ten percent more failures"
        ) {
            objectives.errors.ratio = ratio
        }
        if let ratio = reader.number(
            errors,
            "budgetRatio",
            atLeast: 1,
            atMost: 100,
            why: "1 is no worse at all, 1.25 is a quarter more failures"
        ) {
            objectives.errors.budgetRatio = ratio
        }
        let latency = reader.section(section, "latency", keys: SpecKeys.latency)
        if let tolerance = reader.share(
            latency,
            "tolerance",
            unit: .percent,
            atMost: 10,
            isOpenBelow: false,
            why: "it is how much slower the canary may be before it is rolled back"
        ) {
            objectives.latency.tolerance = tolerance
        }
        if let budget = reader.share(
            latency,
            "budget",
            unit: .percent,
            atMost: 10,
            isOpenBelow: true,
            why: "that nothing at all got slower can never be proved"
        ) {
            objectives.latency.budget = budget
        }
    }
}
