import CanaryTelemetry
import Testing

@Suite struct JSONLineWriterTests {
    private func text(_ body: (inout JSONLineWriter) -> Void) -> String {
        var writer = JSONLineWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("values are separated by commas, and lines end the value")
    func structure() {
        let found = text { writer in
            for _ in 0..<2 {
                writer.beginObject()
                writer.key("a")
                writer.integers([1, -2, .min])
                writer.key("b")
                writer.beginArray()
                writer.endArray()
                writer.key("c")
                writer.bool(true)
                writer.key(text: "d\n")
                writer.null()
                writer.key("e")
                writer.strings(["x", "y"])
                writer.endObject()
                writer.endLine()
            }
        }

        let line = #"{"a":[1,-2,-9223372036854775808],"b":[],"c":true,"d\n":null,"e":["x","y"]}"# + "\n"
        #expect(found == line + line)
    }

    @Test(
        "doubles are written shortest",
        arguments: [
            (0, "0"), (-0.0, "-0.0"), (5, "5"), (-12, "-12"), (0.1, "0.1"), (1e300, "1e+300"),
            (.leastNonzeroMagnitude, "5e-324"),
            (9_007_199_254_740_991, "9007199254740991"), (0.48513567787970935, "0.48513567787970935"), (.nan, "null"),
            (.infinity, "null"), (-.infinity, "null"),
        ] as [(Double, String)]
    )
    func doubles(value: Double, expected: String) {
        #expect(text { $0.double(value) } == expected)
    }

    @Test("strings are escaped where JSON asks for it")
    func strings() {
        #expect(text { $0.string("a\"\\\n\r\t\u{1}\u{1F}\u{7F}é😀/") } == #""a\"\\\n\r\t\u0001\u001f\u007fé😀/""#)
    }
}
