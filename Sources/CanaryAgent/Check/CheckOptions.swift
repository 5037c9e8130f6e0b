package import CanaryCore

/// How one check is done.
package struct CheckOptions: Sendable {
    /// Where state and lock are kept.
    package var stateDirectory: String
    package var rules: CheckRules
    /// The time for everything but the final report.
    package var timeout: Duration
    /// Only news is told; what is not told is not remembered as told.
    package var isCron: Bool
    /// A dead man's switch; a secret, as its address is all it takes.
    package var ping: String?
    /// For the textfile collector of the node exporter.
    package var textfile: String?
    package var junit: String?
    /// Where the first line goes, in place of what is there: `/dev/termination-log`.
    package var message: String?

    package init(
        stateDirectory: String = ".haldane/check",
        rules: CheckRules = CheckRules(),
        timeout: Duration = .seconds(50),
        isCron: Bool = false,
        ping: String? = nil,
        textfile: String? = nil,
        junit: String? = nil,
        message: String? = nil
    ) {
        self.stateDirectory = stateDirectory
        self.rules = rules
        self.timeout = timeout
        self.isCron = isCron
        self.ping = ping
        self.textfile = textfile
        self.junit = junit
        self.message = message
    }
}
