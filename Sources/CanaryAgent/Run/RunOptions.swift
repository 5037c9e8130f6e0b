package import CanaryCore

/// How one run of a spec is done.
package struct RunOptions: Sendable {
    /// As written: this is what the journal holds.
    package var spec: CanarySpec
    /// With `${VAR}` expanded: this is what scrapes and notifies, and is never written down.
    package var live: CanarySpec
    /// The route file, absolute or relative to the working directory.
    package var routePath: String
    /// Where journals of this canary are kept.
    package var journalDirectory: String
    /// Close an unfinished run and begin a new one.
    package var startsNew: Bool
    package var version: String

    package init(
        spec: CanarySpec,
        live: CanarySpec? = nil,
        routePath: String,
        journalDirectory: String,
        startsNew: Bool = false,
        version: String
    ) {
        self.spec = spec
        self.live = live ?? spec
        self.routePath = routePath
        self.journalDirectory = journalDirectory
        self.startsNew = startsNew
        self.version = version
    }
}
