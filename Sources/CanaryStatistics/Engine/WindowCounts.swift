/// Everything one window says about both versions.
package struct WindowCounts: Sendable, Hashable, Codable {
    /// Length of the window in seconds.
    package var seconds: Double
    /// The stable pods listed in this window, with or without requests.
    package var stable: [PodCounts]
    /// The canary pods listed in this window. Ignored in history.
    package var canary: [PodCounts]

    /// Counts of one window.
    package init(seconds: Double, stable: [PodCounts], canary: [PodCounts]) {
        self.seconds = seconds
        self.stable = stable
        self.canary = canary
    }
}
