/// Foreign text made fit for a message.
enum Excerpt {
    /// The first characters on one line, with control characters replaced.
    static func of(_ text: String, limit: Int = 300) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            scalars.append(isControl ? " " : scalar)
        }
        return String(scalars) + (text.unicodeScalars.count > limit ? "…" : "")
    }

    /// The words of a body that should have been JSON: tags of HTML are left out.
    static func words(of body: some Collection<UInt8>) -> String {
        let text = String(decoding: body.prefix(2000), as: UTF8.self)
        var words = ""
        var isInTag = false
        for character in text {
            switch character {
            case "<": isInTag = true
            case ">":
                isInTag = false
                words.append(" ")
            default: if !isInTag { words.append(character.isWhitespace ? " " : character) }
            }
        }
        return of(words.split(separator: " ").joined(separator: " "), limit: 120)
    }
}
