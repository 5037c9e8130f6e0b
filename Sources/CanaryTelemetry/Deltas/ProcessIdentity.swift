/// What a page tells about the process that counts.
///
/// `istio_agent_process_start_time_seconds` comes first: the agent and Envoy live and die together. A plain
/// `process_start_time_seconds` counts only if there is no agent's, because in a merged page it is the application's,
/// which may restart without Envoy. Envoy alone exposes only `envoy_server_uptime`, which proves a restart when it
/// falls.
package struct ProcessIdentity: Sendable, Hashable {
    /// When the process began, in seconds since 1970, if the page says so.
    package var startSeconds: Double?

    /// How long Envoy has been up, in seconds, if the page says so.
    package var uptimeSeconds: Double?

    package init(startSeconds: Double? = nil, uptimeSeconds: Double? = nil) {
        self.startSeconds = startSeconds
        self.uptimeSeconds = uptimeSeconds
    }
}

/// Whether a process is the one that was scraped before.
package enum ProcessHistory: Sendable, Hashable {
    /// The same: a new series began at zero, a lower value is a series that began again.
    case known
    /// Another one in the same place: everything began at zero.
    case restarted
    /// Nothing to compare with: no delta.
    case neverSeen

    /// Start times within this many seconds are the same one: some libraries compute it anew for each page.
    private static var jitterSeconds: Double { 1.5 }

    /// Compares two scrapes of one target (statistics reference, section 10).
    ///
    /// - Parameter counters: the values of each counter that is in both scrapes.
    package init(
        before: ProcessIdentity?,
        now: ProcessIdentity,
        counters: some Sequence<(before: Int, now: Int)>
    ) {
        guard let before else {
            self = .neverSeen
            return
        }
        if let start = before.startSeconds, let newStart = now.startSeconds {
            self = (newStart - start).magnitude <= Self.jitterSeconds ? .known : .restarted
            return
        }
        if let uptime = before.uptimeSeconds, let newUptime = now.uptimeSeconds, newUptime < uptime {
            self = .restarted
            return
        }
        var counted = 0
        var fallen = 0
        for counter in counters where counter.before > 0 {
            counted &+= 1
            if counter.now < counter.before { fallen &+= 1 }
        }
        self = fallen &* 2 > counted ? .restarted : .known
    }

    /// What a counter grew by.
    ///
    /// - Parameters:
    ///   - before: its value in the scrape before; nil if it was not there.
    ///   - now: its value; nil if it is not there any more.
    /// - Returns: nil if nothing can be said.
    package func increase(from before: Int?, to now: Int?) -> Int? {
        guard let now, self != .neverSeen else { return nil }
        guard self == .known, let before, now >= before else { return now }
        return now - before
    }
}
