import CanaryTransport
import Testing

@Suite("A transport error")
struct TransportErrorTests {
    @Test("tells a person what happened, why, and what to do")
    func description() {
        let error = TransportError(
            code: .refused,
            message: "nothing accepts connections at http://h:1/",
            cause: "connection refused",
            hint: "check the port"
        )
        let short = TransportError(code: .other, message: "it failed")

        #expect(
            "\(error)" == "nothing accepts connections at http://h:1/: connection refused\n  hint: check the port"
        )
        #expect("\(short)" == "it failed")
    }

    @Test("has a word of a bounded set and says how to go on")
    func labels() {
        let table: [(TransportError.Code, String, TransportError.Disposition)] = [
            (.refused, "refused", .retry), (.timedOut, "timedOut", .retry), (.dns, "dns", .retry),
            (.truncated, "truncated", .retry), (.saturated, "saturated", .retry), (.other, "other", .retry),
            (.invalidURL, "invalidURL", .refuse), (.invalidRequest, "invalidRequest", .refuse),
            (.tooLarge, "tooLarge", .stop), (.cancelled, "cancelled", .stop), (.tls, "tls", .stop),
            (.protocolViolation, "protocolViolation", .stop), (.credentials, "credentials", .stop),
        ]

        for (code, label, disposition) in table {
            let error = TransportError(code: code, message: "")
            #expect(error.label == label)
            #expect(error.disposition == disposition)
        }
    }
}
