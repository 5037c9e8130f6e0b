import CanaryAgent
import CanaryCore
import Testing

struct RequestReaderTests {
    private let now = Timestamp(milliseconds: 1_780_000_000_000)

    private func request(_ verb: CanaryRequest.Verb = .rollback, age: Int = 5) -> CanaryRequest {
        CanaryRequest(
            id: "a1b2c3d4",
            verb: verb,
            reason: "errors at checkout",
            by: "alice@example.com",
            at: now.advanced(by: .seconds(-age))
        )
    }

    private func read(
        _ members: [String: String],
        answered: CanaryStatus.RequestAnswer? = nil
    ) -> RequestReader.Reading {
        var annotations = ["kubectl.kubernetes.io/last-applied-configuration": "{}"]
        for (name, text) in members { annotations[RequestAnnotations.prefix + name] = text }
        return RequestReader.read(annotations, answered: answered, at: now)
    }

    @Test("a request is read once, and again only while its answer is pending")
    func once() {
        let request = request()

        #expect(read(request.members) == .request(request))
        #expect(read(request.members, answered: request.answer(.accepted, "done", at: now)) == .nothing)
        #expect(read(request.members, answered: request.answer(.refused, "no", at: now)) == .nothing)
        #expect(read(request.members, answered: request.answer(.pending, "soon", at: now)) == .request(request))
        #expect(read([:]) == .nothing)
    }

    @Test("force is the word true, and nothing else")
    func force() {
        var forced = request()
        forced.verb = .promote
        forced.force = true
        forced.target = "run-1"
        #expect(read(forced.members) == .request(forced))

        var odd = forced.members
        odd["force"] = "yes"
        forced.force = false
        forced.target = nil
        #expect(read(odd) == .request(forced))

        odd["force"] = "true"
        odd["verb"] = "rollback"
        forced.verb = .rollback
        #expect(read(odd) == .request(forced), "only promotions are forced")
    }

    @Test("a rollback or a pause that nobody has seen for a day is done all the same", arguments: [601, 86_400])
    func patient(age: Int) {
        for verb in [CanaryRequest.Verb.rollback, .pause] {
            let request = request(verb, age: age)
            #expect(read(request.members) == .request(request))
        }
    }

    @Test(
        "a request of another time is refused, not done",
        arguments: [
            (.promote, 601), (.resume, 601), (.retry, 601), (.rollback, 86_401), (.pause, 86_401), (.rollback, -601),
        ] as [(CanaryRequest.Verb, Int)]
    )
    func stale(verb: CanaryRequest.Verb, age: Int) {
        guard case .refused(let answer) = read(request(verb, age: age).members) else {
            Issue.record("not refused")
            return
        }
        #expect(answer.result == .refused && answer.id == "a1b2c3d4" && answer.message.contains("ask again"))
    }

    @Test(
        "what is no request is refused once, whatever it is",
        arguments: [
            ["verb": "explode"], ["id": nil], ["id": "short"], ["id": "UPPER-CASE"], ["id": "a b c d e f g"],
            ["by": nil], ["by": ""], ["at": "yesterday"], ["at": nil], ["verb": nil],
            ["reason": String(repeating: "x", count: 100_000)], ["id": "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}"],
        ] as [[String: String?]]
    )
    func strange(change: [String: String?]) {
        var members = request().members
        for (name, text) in change { members[name] = text }
        guard case .refused(let answer) = read(members) else {
            Issue.record("not refused")
            return
        }
        #expect(answer.message.utf8.count < 1200)
        #expect(read(members, answered: answer) == .nothing)
    }

    @Test("names and reasons come as one bounded line")
    func untrusted() {
        var request = request()
        request.by = "mallory\n\u{1B}[31m"
        request.reason = String(repeating: "r", count: 2000) + "\n"
        guard case .request(let read) = read(request.members) else {
            Issue.record("not read")
            return
        }

        #expect(!read.by.contains("\n") && !read.by.contains("\u{1B}"))
        #expect(read.reason.unicodeScalars.count == 501)
    }
}
