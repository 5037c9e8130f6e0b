/// Changes JSON at random, mostly so that it stays JSON.
struct JSONMutation {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// One to three changes.
    mutating func mutated(_ json: [UInt8]) -> [UInt8] {
        var json = json
        for _ in 0..<(1 + below(3)) {
            switch below(8) {
            case 0: json[below(json.count)] = UInt8(truncatingIfNeeded: draw())
            case 1: json.removeSubrange(span(json, most: 40))
            case 2: json.insert(contentsOf: json[span(json, most: 200)], at: below(json.count))
            case 3: removeElement(&json)
            case 4: repeatElement(&json)
            default: replaceNumber(&json)
            }
            if json.isEmpty { return json }
        }
        return json
    }

    private mutating func replaceNumber(_ json: inout [UInt8]) {
        guard let range = number(json, from: below(json.count)) else { return }
        json.replaceSubrange(range, with: pick(Self.odd).utf8)
    }

    private mutating func removeElement(_ json: inout [UInt8]) {
        guard let range = number(json, from: below(json.count)), range.upperBound < json.count,
            json[range.upperBound] == UInt8(ascii: ",")
        else { return }
        json.removeSubrange(range.lowerBound...range.upperBound)
    }

    private mutating func repeatElement(_ json: inout [UInt8]) {
        guard let range = number(json, from: below(json.count)) else { return }
        json.insert(contentsOf: json[range] + [UInt8(ascii: ",")], at: range.lowerBound)
    }

    /// The next number that stands by itself.
    private func number(_ json: [UInt8], from start: Int) -> Range<Int>? {
        let isPart: (UInt8) -> Bool = { (0x30...0x39).contains($0) || "+-.e".utf8.contains($0) }
        guard
            let first = (max(start, 1)..<max(json.count, 1)).first(where: {
                isPart(json[$0]) && [UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "[")].contains(json[$0 - 1])
            })
        else { return nil }
        return first..<(json[first...].firstIndex { !isPart($0) } ?? json.count)
    }

    private mutating func span(_ json: [UInt8], most: Int) -> Range<Int> {
        let start = below(json.count)
        return start..<min(start + 1 + below(most), json.count)
    }

    private mutating func below(_ count: Int) -> Int { Int(draw() % UInt64(max(count, 1))) }

    private mutating func draw() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private static let odd = [
        "0", "-1", "1", "7", "1000", "-9223372036854775808", "9223372036854775807", "18446744073709551615", "1e18",
        "9e18", "1e19", "1e308", "-1e308", "1e999", "0.5", "-0.0", "\"nan\"", "\"inf\"", "\"-inf\"", "null", "true",
        "[]",
        "{}", "\"\"", "999999999999999999", "-999999999999999999", "4503599627370496",
    ]
}
