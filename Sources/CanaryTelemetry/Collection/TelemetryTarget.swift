/// What is known of a target before it is asked.
package struct TelemetryTarget: Sendable, Hashable {
    /// Its name in windows and messages.
    package var name: String

    /// Changes when something else lives under the same name, e.g. a pod's uid; empty if nothing tells.
    package var incarnation: String

    /// The version it belongs to; nil if only its series can tell, or if it serves both.
    package var side: WindowQuality.Side?

    /// Whether its silence is a fault. A pod that is not ready yet, or is ending, may be silent; what it does answer counts.
    package var mustAnswer: Bool

    package init(name: String, incarnation: String = "", side: WindowQuality.Side? = nil, mustAnswer: Bool = true) {
        self.name = name
        self.incarnation = incarnation
        self.side = side
        self.mustAnswer = mustAnswer
    }
}
