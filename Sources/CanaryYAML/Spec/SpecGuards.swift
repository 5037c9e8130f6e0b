import CanaryCore

/// The `guards` section.
enum SpecGuards {
    static func read(_ body: SpecReader.Section?, into guards: inout Guards, with reader: inout SpecReader) {
        guard let section = reader.section(body, "guards", keys: SpecKeys.guards) else { return }
        if let rate = reader.share(
            section,
            "falseRollback",
            unit: .percent,
            atMost: 1,
            isOpenBelow: true,
            isOpenAbove: true,
            why: "it is the chance of rolling back an equal release"
        ) {
            guards.falseRollback = rate
        }
        if let rate = reader.share(
            section,
            "falsePromotion",
            unit: .percent,
            atMost: 1,
            isOpenBelow: true,
            isOpenAbove: true,
            why: "it is the chance of advancing past a margin that is not met"
        ) {
            guards.falsePromotion = rate
        }
        if let absolute = reader.section(section, "absolute", keys: SpecKeys.absolute) {
            if absolute.node["errors"]?.scalar == "off" {
                _ = reader.node(absolute, "errors")
                guards.absoluteErrors = nil
            } else if let bar = reader.share(
                absolute,
                "errors",
                unit: .percent,
                atMost: 1,
                isOpenBelow: true,
                isOpenAbove: true,
                why: "a canary above it is rolled back at once (`off` turns the guard off)"
            ) {
                guards.absoluteErrors = bar
            }
        }
        let fallbacks: [(String, Guards.Fallback)] = [("hold", .hold), ("rollback", .rollback)]
        if let fallback = reader.choice(section, "onDeadline", fallbacks) { guards.onDeadline = fallback }
        if let fallback = reader.choice(section, "onTelemetryLost", fallbacks) { guards.onTelemetryLost = fallback }
        if let fallback = reader.choice(section, "onCanarySilent", fallbacks) { guards.onCanarySilent = fallback }
        if let fallback = reader.choice(section, "onJournalLost", fallbacks) { guards.onJournalLost = fallback }
        if let fallback = reader.choice(section, "onOrphan", fallbacks) { guards.onOrphan = fallback }
    }
}
