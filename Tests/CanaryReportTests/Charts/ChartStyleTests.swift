import CanaryReport
import Testing

@Suite struct ChartStyleTests {
    @Test("lines and text stand out from the surface and from shaded steps: light, dark and printed")
    func contrast() throws {
        let themes = ChartStyle.css.matches(of: /:root\{([^}]*)\}/).map { String($0.1) }
        #expect(themes.count == 3)
        for theme in themes {
            var colors: [String: Double] = [:]
            for match in theme.matches(of: /--chart-([a-z-]+):(#[0-9a-f]+)/) {
                colors[String(match.1)] = luminance(String(match.2))
            }
            for role in ChartRole.allCases {
                for background in ["surface", "shade"] {
                    let back = try #require(colors[background])
                    let line = try #require(colors[role.rawValue])
                    let text = try #require(colors["\(role)-text"])
                    #expect(ratio(line, back) >= 3, "\(role) on \(background): \(theme)")
                    #expect(ratio(text, back) >= 4.5, "\(role)-text on \(background): \(theme)")
                }
            }
        }
    }

    @Test("every class of a picture has a rule, and no other element is styled")
    func classes() {
        let pictures = SampleCharts.all.map(\.picture).joined()
        let used = Set(pictures.matches(of: /class="([^"]*)"/).flatMap { $0.1.split(separator: " ") })
        for name in used where name != "d" && name != "n" && name != "chart-frame" {
            #expect(ChartStyle.css.contains(".\(name)"), "\(name)")
        }
        let naked = ChartStyle.css.matches(of: /(?:^|\n|\})\ *([a-z][a-z]*)[ {,]/).map(\.1)
        #expect(naked.isEmpty, "\(naked)")
        #expect(!ChartStyle.css.contains("url(") && !ChartStyle.css.contains("@import"))
    }

    /// Contrast by the Web Content Accessibility Guidelines 2.2.
    private func ratio(_ one: Double, _ other: Double) -> Double { (max(one, other) + 0.05) / (min(one, other) + 0.05) }

    private func luminance(_ color: String) -> Double {
        var digits = Array(color.dropFirst())
        if digits.count == 3 { digits = digits.flatMap { [$0, $0] } }
        let shares = stride(from: 0, to: 6, by: 2).map { index -> Double in
            let value = Double(Int(String(digits[index...index + 1]), radix: 16) ?? 0) / 255
            return value <= 0.03928 ? value / 12.92 : pow24((value + 0.055) / 1.055)
        }
        return 0.2126 * shares[0] + 0.7152 * shares[1] + 0.0722 * shares[2]
    }

    /// The value to the power of 2.4: its square times its fifth root squared.
    private func pow24(_ value: Double) -> Double {
        var root = 0.9
        for _ in 0..<60 { root -= (root * root * root * root * root - value) / (5 * root * root * root * root) }
        return value * value * root * root
    }
}
