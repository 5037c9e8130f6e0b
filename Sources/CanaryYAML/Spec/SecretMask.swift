/// Hides what may be a secret in a source line that is shown in a diagnostic; every character keeps its place.
enum SecretMask {
    /// The line with the password of a URL (`//user:***@host`) and the value of a `token`, `password` or `Authorization` key
    /// as stars. A `${VAR}` is a name and stays.
    static func masked(_ line: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var line = line
        maskURLs(&line)
        for key in keys { maskValues(of: key, &line) }
        return line
    }

    private static let keys = ["token", "password", "authorization"].map { Array($0.unicodeScalars) }

    /// From the colon after a user's name to the last at sign before the path.
    private static func maskURLs(_ line: inout [Unicode.Scalar]) {
        var place = 0
        while let start = find(["/", "/"], in: line, from: place) {
            place = start
            let end = line[start...].firstIndex { isBlank($0) || "/\"'?#".unicodeScalars.contains($0) } ?? line.endIndex
            guard let at = line[start..<end].lastIndex(of: "@"),
                let colon = line[start..<at].firstIndex(of: ":")
            else { continue }
            star(&line, colon + 1..<at)
        }
    }

    /// The scalar after `key:`, up to its quote, a comma, a bracket or the line's end.
    private static func maskValues(of key: [Unicode.Scalar], _ line: inout [Unicode.Scalar]) {
        var place = 0
        while let after = find(key, in: line, from: place) {
            place = after
            var start = after
            // "token": is the same key as token:
            if start < line.count, isQuote(line[start]) { start += 1 }
            guard start < line.count, line[start] == ":" else { continue }
            start += 1
            while start < line.count, isBlank(line[start]) { start += 1 }
            guard start < line.count else { return }
            var end: Int
            if isQuote(line[start]) {
                let quote = line[start]
                start += 1
                end = line[start...].firstIndex(of: quote) ?? line.count
            } else {
                end = line[start...].firstIndex { ",}]".unicodeScalars.contains($0) } ?? line.count
                while end > start, isBlank(line[end - 1]) { end -= 1 }
            }
            guard start < end, line[start] != "$" else { continue }
            star(&line, start..<end)
            place = end
        }
    }

    private static func star(_ line: inout [Unicode.Scalar], _ range: Range<Int>) {
        for index in range { line[index] = "*" }
    }

    /// The index after the next occurrence of a lowercase word, in letters of any case.
    private static func find(_ word: [Unicode.Scalar], in line: [Unicode.Scalar], from start: Int) -> Int? {
        guard line.count >= word.count, start <= line.count - word.count else { return nil }
        for index in start...line.count - word.count
        where word.indices.allSatisfy({ lowered(line[index + $0]) == word[$0] }) {
            return index + word.count
        }
        return nil
    }

    private static func lowered(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }
    private static func isQuote(_ scalar: Unicode.Scalar) -> Bool { scalar == "\"" || scalar == "'" }
}
