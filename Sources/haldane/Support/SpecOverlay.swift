import CanaryCore
import CanaryYAML

/// `--set` on a spec that comes from a journal and not from a file.
enum SpecOverlay {
    /// The spec with the settings that judging reads.
    static func apply(_ settings: [String], to recorded: CanarySpec) throws -> CanarySpec {
        guard !settings.isEmpty else { return recorded }
        let decoded = try check(settings)
        var spec = recorded
        for (path, origin) in decoded.origins {
            guard case .override = origin else { continue }
            if let copy = copies.first(where: {
                path == $0.path || path.hasPrefix($0.path + ".") || path.hasPrefix($0.path + "[")
            }) {
                copy.copy(decoded.spec, &spec)
            }
        }
        return spec
    }

    /// Decodes the settings alone.
    static func check(_ settings: [String]) throws -> DecodedSpec {
        try SpecDecoder.apply(sets: settings, to: SpecDecoder.defaults())
    }

    private struct Copy {
        let path: String
        let copy: @Sendable (CanarySpec, inout CanarySpec) -> Void

        init<Value>(_ path: String, _ key: any (WritableKeyPath<CanarySpec, Value> & Sendable)) {
            self.path = path
            copy = { source, target in target[keyPath: key] = source[keyPath: key] }
        }
    }

    private static var copies: [Copy] {
        [
            Copy("objectives.errors.tolerance", \.objectives.errors.tolerance),
            Copy("objectives.errors.ratio", \.objectives.errors.ratio),
            Copy("objectives.errors.budget", \.objectives.errors.budget),
            Copy("objectives.errors.budgetRatio", \.objectives.errors.budgetRatio),
            Copy("objectives.latency.tolerance", \.objectives.latency.tolerance),
            Copy("objectives.latency.budget", \.objectives.latency.budget), Copy("steps", \.steps),
            Copy("pace.interval", \.pace.interval), Copy("pace.history", \.pace.history),
            Copy("pace.settle", \.pace.settle),
            Copy("pace.warmup", \.pace.warmup), Copy("pace.deadline", \.pace.deadline), Copy("pace.bake", \.pace.bake),
            Copy("guards.falseRollback", \.guards.falseRollback),
            Copy("guards.falsePromotion", \.guards.falsePromotion),
            Copy("guards.absolute", \.guards.absoluteErrors), Copy("guards.onDeadline", \.guards.onDeadline),
            Copy("guards.onTelemetryLost", \.guards.onTelemetryLost),
            Copy("guards.onCanarySilent", \.guards.onCanarySilent),
            Copy("guards.onJournalLost", \.guards.onJournalLost), Copy("telemetry.comparable", \.telemetry.comparable),
            Copy("telemetry.reporter", \.telemetry.reporter),
        ]
    }
}
