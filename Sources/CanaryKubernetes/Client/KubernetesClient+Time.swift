import CanaryTransport

extension KubernetesClient {
    /// The time by the server's clock, cut to whole seconds, as the `Date` field of an answer tells it; nil where none does.
    package func serverTime() async -> MicroTime? {
        var call = APICall(verb: "get", resource: .leases)
        call.plainPath = "/version"
        // Not to be told is an answer: the caller has a clock of its own.
        guard let answer = try? await send(call), let text = answer.header("Date") else { return nil }
        return MicroTime(httpDate: text)
    }
}

extension MicroTime {
    /// Reads `Mon, 23 Nov 2026 03:12:08 GMT` (RFC 9110, IMF-fixdate), the only form that servers may send.
    package init?(httpDate text: String) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].utf8.count == 4, parts[0].hasSuffix(","), parts[1].utf8.count == 2,
            let month = months.firstIndex(of: String(parts[2])), parts[3].utf8.count == 4, parts[5] == "GMT"
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
