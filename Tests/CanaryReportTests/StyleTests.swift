import CanaryCore
import CanaryReport
import Testing

@Suite struct StyleTests {
    @Test("colours only a terminal, never with NO_COLOR or a dumb one, always when forced")
    func color() {
        #expect(Style(environment: ["TERM": "xterm"], isTerminal: true).hasColor)
        #expect(!Style(environment: ["TERM": "xterm"], isTerminal: false).hasColor)
        #expect(!Style(environment: ["TERM": "xterm", "NO_COLOR": "1"], isTerminal: true).hasColor)
        #expect(!Style(environment: ["TERM": "dumb"], isTerminal: true).hasColor)
        #expect(!Style(environment: ["TERM": ""], isTerminal: true).hasColor)
        #expect(!Style(environment: [:], isTerminal: true).hasColor)
        #expect(Style(environment: ["CLICOLOR_FORCE": "1"], isTerminal: false).hasColor)
        #expect(!Style(environment: ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], isTerminal: true).hasColor)
    }

    @Test("cuts and wraps by cells and not by bytes")
    func cells() {
        #expect(TextCells.width("a→b") == 3)
        #expect(TextCells.width("\u{1B}[31mred\u{1B}[0m") == 3)
        #expect(TextCells.width("日本") == 4)
        #expect(TextCells.cut("abcdef", to: 4) == "abc…")
        #expect(TextCells.cut("日本語", to: 5) == "日本…")
        #expect(TextCells.wrapped("aa bb cc", to: 5) == ["aa bb", "cc"])
    }

    @Test("marks that turn the direction, hide or break a line are shown as what they are, wherever a text is cleaned")
    func marks() {
        let marks: [Unicode.Scalar] = [
            "\u{85}", "\u{9B}", "\u{61C}", "\u{200B}", "\u{200D}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{202E}",
            "\u{2060}", "\u{2066}", "\u{2069}", "\u{FEFF}",
        ]
        for mark in marks {
            #expect(TextCells.harmless("a\(mark)b") == "a\u{FFFD}b", "U+\(String(mark.value, radix: 16))")
            #expect(PageText.escaped("a\(mark)b") == "a\u{FFFD}b")
        }
        let plain = "é 日本 → … ✖ \u{A0}%"
        #expect(TextCells.harmless(plain) == plain)
    }

    @Test("writes moments and clocks")
    func moments() {
        #expect(Figures.moment(Timestamp(milliseconds: 0)) == "1970-01-01T00:00:00.000Z")
        #expect(Figures.moment(Timestamp(milliseconds: 1_709_210_096_789)) == "2024-02-29T12:34:56.789Z")
        #expect(Figures.moment(Timestamp(milliseconds: -1)) == "1969-12-31T23:59:59.999Z")
        #expect(Figures.clock(402) == "06:42")
        #expect(Figures.clock(4002) == "1:06:42")
        #expect(Figures.odds(4.60517) == "100 : 1")
    }
}
