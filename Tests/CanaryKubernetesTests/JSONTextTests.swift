import CanaryYAML
import Testing

@Suite("JSON and YAML as values")
struct JSONTextTests {
    @Test(
        "are read as what they mean",
        arguments: [
            (
                #"{"a":[1,-2,3.5,1e3,"x\u00e4\n\ud83d\ude00\/"],"b":{"c":null,"d":true}}"#,
                JSONValue.object([
                    "a": .array([1, -2, .number(3.5), .number(1000), "xä\n😀/"]),
                    "b": .object(["c": .null, "d": true]),
                ])
            ),
            (" [ ] ", JSONValue.array([])),
            ("0", JSONValue.integer(0)),
            ("-0.5e-1", JSONValue.number(-0.05)),
            (#""""#, JSONValue.string("")),
            ("9223372036854775807", JSONValue.integer(.max)),
            ("9223372036854775808", JSONValue.number(9.223372036854775808e18)),
            (#"{"a":1,"a":2}"#, JSONValue.object(["a": 2])),
        ]
    )
    func values(text: String, value: JSONValue) throws {
        #expect(try JSONText.parse(text.utf8) == value)
        #expect(try JSONText.parse(JSONText.bytes(of: value)) == value)
    }

    @Test(
        "that are none are refused",
        arguments: [
            "", "{", "[1,]", "{\"a\"}", "{\"a\":}", "01", "1.", "+1", ".5", "1e", "nul", "truex", "\"\n\"", "\"\\x\"",
            "\"\\ud800\"", "\"\\u12\"", "[1] 2", "{a:1}", "'a'", "1e999", "\"abc", "\"\\", "-",
            String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 200),
        ]
    )
    func refused(text: String) {
        #expect(throws: JSONText.Failure.self) { try JSONText.parse(text.utf8) }
    }

    @Test("that are not UTF-8 are refused")
    func encoding() {
        #expect(throws: JSONText.Failure.self) { try JSONText.parse([0x22, 0xFF, 0x22]) }
    }

    @Test("of YAML are read by the core schema")
    func yaml() throws {
        let text = """
            a: [1, -7, 3.5, 0x1, 007, 1.2.3, yes, true, ~, "5", 2026-01-01, 1e3]
            b: { c: x: y }
            """.replacing("x: y", with: "'x: y'")

        #expect(
            try YAMLText.parse(text) == [
                "a": .array([
                    1, -7, .number(3.5), "0x1", "007", "1.2.3", "yes", true, .null, "5", "2026-01-01", .number(1000),
                ]),
                "b": ["c": "x: y"],
            ]
        )
        #expect(try YAMLText.parse("") == .null)
        #expect(throws: YAMLText.Failure.self) { try YAMLText.parse("a: [") }
    }
}
