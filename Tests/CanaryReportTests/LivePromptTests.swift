import CanaryCore
import CanaryReport
import Testing

/// Keys in, intents out.
@Suite struct LivePromptTests {
    private func press(_ prompt: inout LivePrompt, _ text: String, isPaused: Bool = false) -> [LivePrompt.Intent] {
        var decoder = KeyDecoder()
        return (decoder.feed(Array(text.utf8)) + decoder.settle()).compactMap { prompt.press($0, isPaused: isPaused) }
    }

    @Test("p and space pause, and resume a run that is paused", arguments: ["p", " "])
    func pause(key: String) {
        var prompt = LivePrompt(place: .run)

        #expect(press(&prompt, key) == [.command(.pause, reason: "from the live view")])
        #expect(press(&prompt, key, isPaused: true) == [.command(.resume, reason: "from the live view")])
    }

    @Test("no single key, and no Enter alone, changes weights")
    func slips() {
        for key in 0...0x7F as ClosedRange<UInt8> {
            var prompt = LivePrompt(place: .run)
            for intent in press(&prompt, String(Character(Unicode.Scalar(key))) + "\r") {
                #expect(intent == .command(.pause, reason: LivePrompt.plainReason))
            }
        }
    }

    @Test(
        "r and P ask for a reason or y first",
        arguments: [
            ("ry\r", [.command(.rollback, reason: "from the live view")]),
            ("rYES\r", [.command(.rollback, reason: "from the live view")]),
            ("ryellow  alert \r", [.command(.rollback, reason: "yellow alert")]),
            ("Plow traffic\r", [.command(.promote, reason: "low traffic")]),
            ("rbad\u{7F}\u{7F}\u{7F}worse\r", [.command(.rollback, reason: "worse")]),
            ("rbad\u{15}worse\r", [.command(.rollback, reason: "worse")]),
            ("r\u{1B}[200~y\r\nfrom the chat\u{1B}[201~\r", [.command(.rollback, reason: "y from the chat")]),
            ("r\r\r", []),
            ("rn\r", []),
            ("rbad\u{1B}", []),
            ("r   \r", []),
        ] as [(String, [LivePrompt.Intent])]
    )
    func asks(keys: String, expected: [LivePrompt.Intent]) {
        var prompt = LivePrompt(place: .run)

        #expect(press(&prompt, keys) == expected)
    }

    @Test(
        "what comes at once with the reason, as from a plain paste, confirms nothing",
        arguments: [
            "kubectl get pods\rrestart\rPlease look\r", "ry\r", "Pnow\r\r\r", "qk", "qr", "r\u{1B}[200~y\u{1B}[201~\r",
        ]
    )
    func bursts(text: String) {
        var prompt = LivePrompt(place: .run)
        var decoder = KeyDecoder()

        let intents = prompt.press(decoder.feed(Array(text.utf8)), isSameBurst: false, isPaused: false)

        let harmless = LivePrompt.Intent.command(.pause, reason: LivePrompt.plainReason)
        #expect(intents.allSatisfy { $0 == harmless })
        #expect(prompt.answer?.text.contains("press it again") == true)
        // The rest of a long paste.
        #expect(prompt.press([.enter, .character("k"), .enter], isSameBurst: true, isPaused: false) == [])
        #expect(prompt.mode.isQuestion)
    }

    @Test("a reason that was typed at once is confirmed by a key that comes after it")
    func confirmation() {
        var prompt = LivePrompt(place: .run)
        var decoder = KeyDecoder()
        let text = Array("rslow checkout".utf8)

        #expect(prompt.press(decoder.feed(text), isSameBurst: false, isPaused: false) == [])
        let intents = prompt.press([.enter], isSameBurst: false, isPaused: false)

        #expect(intents == [.command(.rollback, reason: "slow checkout")])
    }

    @Test("a paste outside of a question does nothing")
    func paste() {
        var prompt = LivePrompt(place: .run)

        #expect(press(&prompt, "\u{1B}[200~ry\rqk\u{1B}[201~") == [])
        #expect(prompt.mode == .watching)
    }

    @Test("a reason is bounded whatever is typed")
    func bounded() throws {
        var prompt = LivePrompt(place: .run)

        let intents = press(&prompt, "r" + String(repeating: "e\u{301}", count: 5000) + "\r")

        guard case .command(.rollback, let reason)? = intents.first else {
            Issue.record("no rollback: \(intents)")
            return
        }
        #expect(reason.unicodeScalars.count <= LivePrompt.mostReason)
    }

    @Test(
        "q at a run asks what to do with the weights",
        arguments: [
            ("q", []), ("qk", [.leave]), ("q\r", []), ("qq", []), ("q\u{1B}", []),
            ("qr", [.command(.rollback, reason: "before leaving the live view")]),
        ] as [(String, [LivePrompt.Intent])]
    )
    func leaves(keys: String, expected: [LivePrompt.Intent]) {
        var prompt = LivePrompt(place: .run)

        #expect(press(&prompt, keys) == expected)
    }

    @Test("q at a watch ends the watch alone")
    func leavesWatch() {
        var prompt = LivePrompt(place: .watch)

        #expect(press(&prompt, "q") == [.leave])
    }

    @Test("e and ? open something to read, which q, e and Esc close", arguments: ["q", "e", "\u{1B}", "\r"])
    func reads(key: String) {
        for (open, topic) in [("e", LivePrompt.Topic.explanation), ("?", .keys), ("h", .keys)] {
            var prompt = LivePrompt(place: .run)
            #expect(press(&prompt, open) == [])
            #expect(prompt.mode == .reading(topic))
            #expect(press(&prompt, "jjk pPr" + key) == [])
            #expect(prompt.mode == .watching)
        }
    }

    @Test("an answer stays until the next key, and one that is to come until it comes")
    func answers() {
        var prompt = LivePrompt(place: .run)
        prompt.answered(LivePrompt.Answer(.sent, "pause sent"))
        _ = press(&prompt, "e")
        #expect(prompt.answer?.text == "pause sent")

        prompt.answered(LivePrompt.Answer(.accepted, "paused"))
        #expect(prompt.answer?.text == "paused")
        _ = press(&prompt, "e")
        #expect(prompt.answer == nil)
    }
}
