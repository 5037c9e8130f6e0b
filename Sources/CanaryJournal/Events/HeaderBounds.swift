import CanaryCore

/// Which specs of a header can be worked with.
///
/// A spec in a file was checked when it was read; a journal may have been damaged, or written by whoever wishes us ill.
enum HeaderBounds {
    /// What is out of its range; nil if nothing is.
    static func fault(_ spec: CanarySpec) -> String? {
        let durations: [(String, Duration?)] = [
            ("pace.interval", spec.pace.interval), ("pace.history", spec.pace.history),
            ("pace.settle", spec.pace.settle), ("pace.warmup", spec.pace.warmup),
            ("pace.deadline", spec.pace.deadline), ("pace.bake", spec.pace.bake),
            ("telemetry.timeout", spec.telemetry.timeout),
            ("telemetry.prometheus.delay", spec.telemetry.prometheus?.delay),
            ("telemetry.prometheus.timeout", spec.telemetry.prometheus?.timeout),
            ("objectives.service.period", spec.objectives.service?.period),
        ]
        for (name, duration) in durations {
            // Compared as it is: taken apart it might not fit.
            if let duration, duration < .zero || duration > longest { return "\(name) is out of range" }
        }
        return nil
    }

    /// Ten years, far over the bounds of any spec.
    private static let longest = Duration.seconds(3650 * 86_400)
}
