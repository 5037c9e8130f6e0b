import CanaryReport
import Testing

/// Bytes of a terminal as keys.
@Suite struct LiveKeyTests {
    private func keys(_ text: String) -> [Key] {
        var decoder = KeyDecoder()
        return decoder.feed(Array(text.utf8)) + decoder.settle()
    }

    @Test(
        "reads letters, escape sequences and characters of several bytes",
        arguments: [
            ("pP ", [Key.character("p"), .character("P"), .character(" ")]),
            ("\r\n\u{7F}\u{8}\u{15}", [.enter, .enter, .backspace, .backspace, .erase]),
            ("\u{1B}[A\u{1B}[B\u{1B}OA\u{1B}OB", [.up, .down, .up, .down]),
            ("\u{1B}[5~\u{1B}[6~\u{1B}[H\u{1B}[F\u{1B}[1~\u{1B}[4~", [.pageUp, .pageDown, .home, .end, .home, .end]),
            ("é→😀", [.character("é"), .character("→"), .character("😀")]),
            ("\u{1B}", [.escape]),
            ("\u{1B}\u{1B}", [.escape, .escape]),
            ("\u{1B}xq", [.character("q")]),
            ("\u{1B}[1;5Cq\u{1B}[24~q\u{1B}[?62;c", [.character("q"), .character("q")]),
            ("\u{0}\u{1}\u{9}", []),
        ] as [(String, [Key])]
    )
    func reads(text: String, expected: [Key]) {
        #expect(keys(text) == expected)
    }

    @Test("takes bytes one by one as well")
    func single() {
        var decoder = KeyDecoder()

        let keys = "é\u{1B}[Aq".utf8.flatMap { decoder.feed([$0]) }

        #expect(keys == [.character("é"), .up, .character("q")])
        #expect(!decoder.isWaiting)
    }

    @Test("does not take pasted text for keys")
    func paste() {
        #expect(keys("\u{1B}[200~ry\rq\u{1B}[Ax\u{1B}[201~e") == [.paste("ry\rqx"), .character("e")])
    }

    @Test("keeps a bounded part of a paste, and goes on after it")
    func longPaste() {
        let text = String(repeating: "a", count: 100_000)

        let kept = Key.paste(String(repeating: "a", count: 500))
        #expect(keys("\u{1B}[200~\(text)\u{1B}[201~q") == [kept, .character("q")])
    }

    @Test("survives bytes that mean nothing", arguments: [1, 2, 3] as [UInt64])
    func noise(seed: UInt64) {
        var decoder = KeyDecoder()
        var random = seed
        for _ in 0..<20_000 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            _ = decoder.feed([UInt8(truncatingIfNeeded: random >> 33)])
        }
        _ = decoder.feed(Array("\u{18}zzzzzzzzzzzzzzzzzzzzz~\u{1B}[201~".utf8))
        _ = decoder.settle()

        #expect(decoder.feed(Array("q".utf8)) == [.character("q")], "seed \(seed)")
    }

    @Test("drops characters that could steer a terminal")
    func controls() {
        #expect(keys("\u{9B}2Jq") == [.character("2"), .character("J"), .character("q")])
    }
}
