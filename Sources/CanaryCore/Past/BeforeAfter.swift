package import CanaryTelemetry

/// Makes windows of two versions from the time before and the time after a deploy (statistics reference, section 10, Bake).
///
/// Both times are read with the workload that served as the stable side, so that a round's completeness is that of the side
/// that is used.
package enum BeforeAfter {
    /// The spec by which two times are compared.
    ///
    /// All of the traffic changed hands, so the only step is 100 %, and as nothing tells the deploy from the hour, a false alarm
    /// is given one chance in a thousand at most.
    package static func spec(_ spec: CanarySpec, stable: DestinationSpec, canary: DestinationSpec) -> CanarySpec {
        var result = spec
        result.steps = [100]
        result.guards.falseRollback = min(spec.guards.falseRollback, alpha)
        result.route.stable = stable
        result.route.canary = canary
        return result
    }

    /// The first window before with the first window after, and so on, as far as both go; stamped with the time after.
    package static func pairs(before: [TimedWindow], after: [TimedWindow]) -> [TimedWindow] {
        zip(before, after).map { TimedWindow(at: $1.at, window: pair($0.window, $1.window)) }
    }

    private static func pair(_ before: Window, _ after: Window) -> Window {
        var window = after
        window.stable = before.stable
        window.canary = after.stable
        window.metrics = before.metrics.map { old in
            let new = after.metrics.first { $0.name == old.name && $0.kind == old.kind && $0.bounds == old.bounds }
            return MetricWindow(
                name: old.name,
                kind: old.kind,
                direction: old.direction,
                bounds: old.bounds,
                stable: old.stable,
                canary: new?.stable ?? .absent("it has no such values after the deploy")
            )
        }
        window.quality.unusable = before.quality.unusableForStable ?? after.quality.unusableForStable
        if before.bounds != after.bounds {
            // One set of bounds a window: both sides over those that they have in common.
            guard let common = LatencyBounds(common: before.bounds, after.bounds) else {
                return withoutLatency(window)
            }
            window.bounds = common
            window.stable = window.stable.map { $0.projected(from: before.bounds, onto: common) }
            window.canary = window.canary.map { $0.projected(from: after.bounds, onto: common) }
        }
        return window
    }

    private static func withoutLatency(_ window: Window) -> Window {
        var window = window
        for index in window.stable.indices { window.stable[index].latency = [] }
        for index in window.canary.indices { window.canary[index].latency = [] }
        return window
    }

    /// The chance of a false alarm that is not exceeded if nothing but the deploy changed.
    package static let alpha = 0.001
}

extension WindowQuality {
    /// Why stable's side of the round cannot be judged: what only the canary lacks does not matter.
    package var unusableForStable: Unusable? {
        switch unusable {
        case .tooFewPods(.canary, _, _), .tooManyFailures(.canary, _, _): nil
        default: unusable
        }
    }
}

extension LatencyBounds {
    /// The bounds that both have; nil if there are none.
    fileprivate init?(common left: LatencyBounds, _ right: LatencyBounds) {
        let shared = left.milliseconds.filter(right.milliseconds.contains)
        guard !shared.isEmpty else { return nil }
        self.init(milliseconds: shared)
    }
}

extension PodWindow {
    /// With the latency over coarser bounds; without latency if that is not possible.
    fileprivate func projected(from given: LatencyBounds, onto wanted: LatencyBounds) -> PodWindow {
        var result = self
        let counts = BucketProjection(from: given, onto: wanted)?.apply(latency) ?? []
        result.latency = counts.compactMap { Int(exactly: $0) }
        if result.latency.count != counts.count { result.latency = [] }
        return result
    }
}
