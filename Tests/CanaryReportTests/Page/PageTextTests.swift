import CanaryReport
import Testing

struct PageTextTests {
    @Test(
        "text is escaped scalar by scalar",
        arguments: [
            ("a < b & \"c\" 'd' >", "a &lt; b &amp; &quot;c&quot; &#39;d&#39; &gt;"),
            ("<\u{301}script>", "&lt;\u{301}script&gt;"),
            ("\"\u{300}onload=", "&quot;\u{300}onload="),
            ("a\u{0}b\u{FFFE}c\u{202E}d", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d"),
            ("5 % of", "5\u{A0}% of"),
            ("", ""),
        ]
    )
    func escapes(text: String, expected: String) {
        #expect(PageText.escaped(text) == expected)
    }

    @Test("numbers keep their units on the line, and have a real minus")
    func numbers() {
        #expect(PageText.number("-0.19 pp") == "\u{2212}0.19\u{A0}pp")
        #expect(PageText.number("100 : 1") == "100\u{A0}:\u{A0}1")
    }
}
