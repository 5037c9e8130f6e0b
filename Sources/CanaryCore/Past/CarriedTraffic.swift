import CanaryTelemetry

/// Who carried the traffic of a route, and so which version is stable there.
///
/// The version that the spec names stable is stable unless it has clearly lost the traffic: near half and half the larger share says
/// nothing, and a canary with half of the requests is a canary.
package struct CarriedTraffic: Sendable, Hashable {
    /// Requests of the version that the spec names stable.
    package private(set) var stable = 0.0
    /// Requests of the version that the spec names canary.
    package private(set) var canary = 0.0

    package init(_ windows: some Sequence<TimedWindow>) {
        for timed in windows {
            stable += Double(timed.window.stableTotal)
            canary += Double(timed.window.canaryTotal)
        }
    }

    /// The first ten minutes that had requests.
    package init(atBeginningOf windows: [TimedWindow]) {
        guard
            let first = windows.firstIndex(where: { $0.window.stableTotal > 0 || $0.window.canaryTotal > 0 })
        else {
            self.init([])
            return
        }
        let end = windows[first].at.advanced(by: .seconds(600))
        self.init(windows[first...].lazy.prefix { $0.at <= end })
    }

    package var isEmpty: Bool { stable + canary <= 0 }

    /// Nil without any request.
    package var roles: Roles? {
        isEmpty ? nil : stable < Self.lostShare * (stable + canary) ? .exchanged : .asNamed
    }

    /// What a reader must know if the named stable had less than half and is stable all the same; nil otherwise.
    package func note(naming stable: String) -> String? {
        guard roles == .asNamed, self.stable < canary else { return nil }
        let share = Phrase.percent(self.stable / (self.stable + canary))
        return "\(stable) has \(share) of the requests: taken as stable, as the spec names it"
    }

    /// With less of the requests a version is stable no longer.
    package static let lostShare = 0.2
}
