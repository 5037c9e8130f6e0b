/// Envoy's response flags of one series: `-`, or short names joined by commas.
struct ResponseFlags {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The first flag that takes requests out of both sides: injected faults, policy, and answers from a cache.
    var exclusion: String? {
        each { Self.excluded.contains($0) }
    }

    /// Whether the client went away.
    var isAbort: Bool {
        each { Self.aborting.contains($0) } != nil
    }

    /// Whether anything went wrong.
    var isEmpty: Bool { text.isEmpty || text == "-" }

    private func each(_ isWanted: (String) -> Bool) -> String? {
        if isEmpty { return nil }
        for flag in text.split(separator: ",") {
            let name = String(flag.drop { $0 == " " })
            if isWanted(name) { return name }
        }
        return nil
    }

    /// Istio reference, section 1.3; statistics reference, section 10.
    private static let excluded: Set<String> = ["FI", "DI", "RL", "RLSE", "UAEX", "RFCF"]
    private static let aborting: Set<String> = ["DC", "DR", "DPE"]
}
