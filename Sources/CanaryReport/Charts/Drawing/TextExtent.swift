/// How wide text will probably be: fonts differ, so estimates lean to the wide side.
enum TextExtent {
    /// The width of a line in the units of `size`, the font's size.
    static func width(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + share($1) } * size
    }

    /// The text, cut with an ellipsis where it is wider than `room`.
    static func cut(_ text: String, size: Double, room: Double) -> String {
        guard width(text, size: size) > room else { return text }
        var left = room - width("…", size: size)
        var result = ""
        for character in text {
            left -= width(String(character), size: size)
            guard left >= 0 else { break }
            result.append(character)
        }
        while result.hasSuffix(" ") { result.removeLast() }
        return result + "…"
    }

    private static func share(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", ".", ",", ":", ";", "|", "'", "!", " ": 0.32
        case "f", "t", "r", "(", ")", "[", "]", "-", "/", "\"": 0.4
        case "m", "w", "M", "W", "%", "@", "—", "…": 0.95
        case "A"..."Z", "+", "<", ">", "=", "−", "~": 0.72
        default: scalar.value < 0x300 ? 0.61 : scalar.value < 0x2000 ? 0.65 : scalar.value < 0x2E80 ? 0.8 : 1.05
        }
    }
}
