package import CanaryCore
import CanaryKubernetes

/// When a request is made: by the API server's clock where it tells its time, so that who asks on a machine whose clock is wrong is
/// not taken for somebody who asked long ago.
package struct RequestMoment: Sendable, Hashable {
    /// What the request carries.
    package let at: Timestamp
    /// How far this machine's clock is behind the server's; negative if it is ahead.
    package let lag: Duration

    /// Less than this may be the way of the answer and the cut-off parts of a second.
    private static let tolerance = Duration.seconds(5)

    /// - Parameters:
    ///   - own: by this machine's clock.
    ///   - server: by the API server's, in whole seconds; nil if it did not tell.
    package init(own: Timestamp, server: Timestamp?) {
        at = server ?? own
        lag = server.map { $0.since(own) } ?? .zero
    }

    /// What there is to say about the clock; nil if it is right.
    package var warning: String? {
        guard lag > Self.tolerance || lag < .zero - Self.tolerance else { return nil }
        let isBehind = lag > .zero
        let amount = Phrase.duration(isBehind ? lag.inSeconds : -lag.inSeconds)
        return
            "the clock of this machine is \(amount) \(isBehind ? "behind" : "ahead of") that of the API server, whose time the "
            + "request carries (\(at.rfc3339)): set the clock"
    }
}

extension CanaryDesk {
    /// When a request is made now.
    package func moment() async -> RequestMoment {
        let server = await client.serverTime()
        return RequestMoment(
            own: now(),
            server: server.map { Timestamp(milliseconds: $0.microseconds / 1000) }
        )
    }
}

extension CanaryRequest {
    /// Why a request that was asked before something began is not about it, by which clocks, and what if it was not.
    ///
    /// - Parameter beginning: what began then, as in `the run that goes on now began`.
    func lateness(_ beginning: String, at moment: Timestamp, again: String) -> String {
        let gap = Phrase.duration(moment.since(at).inSeconds)
        return
            "it was asked at \(at.rfc3339) by the clock of who asked, \(gap) before \(beginning) (\(moment.rfc3339)), and so meant "
            + "something else; or that clock is behind by \(gap) or more. \(again); if that is refused as well, set the clock of the "
            + "machine it is asked on"
    }
}
