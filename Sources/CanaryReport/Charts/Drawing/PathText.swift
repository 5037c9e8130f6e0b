/// The `d` of a path in tenths of a unit, with relative commands: what is drawn is rounded once and never drifts.
struct PathText {
    private var bytes: [UInt8] = []
    private var last: UInt8 = 0
    private var x = 0
    private var y = 0

    var isEmpty: Bool { bytes.isEmpty }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func move(_ toX: Double, _ toY: Double) {
        (x, y) = (Self.tenths(toX), Self.tenths(toY))
        command(UInt8(ascii: "M"))
        number(x)
        number(y)
    }

    mutating func line(_ toX: Double, _ toY: Double) {
        let (newX, newY) = (Self.tenths(toX), Self.tenths(toY))
        let (dx, dy) = (newX - x, newY - y)
        (x, y) = (newX, newY)
        switch (dx, dy) {
        case (0, 0): return
        case (0, _):
            command(UInt8(ascii: "v"))
            number(dy)
        case (_, 0):
            command(UInt8(ascii: "h"))
            number(dx)
        default:
            if last != UInt8(ascii: "l") { command(UInt8(ascii: "l")) }
            number(dx)
            number(dy)
        }
    }

    /// A line of no length: with round caps it is a dot.
    mutating func dot() {
        command(UInt8(ascii: "h"))
        number(0)
    }

    mutating func close() { command(UInt8(ascii: "z")) }

    private mutating func command(_ letter: UInt8) {
        bytes.append(letter)
        last = letter
    }

    private mutating func number(_ tenths: Int) {
        if tenths < 0 {
            bytes.append(UInt8(ascii: "-"))
        } else if let previous = bytes.last, (0x30...0x39).contains(previous) {
            bytes.append(0x20)
        }
        let size = Int(tenths.magnitude)
        if size >= 10 || size == 0 { bytes.append(contentsOf: String(size / 10).utf8) }
        if size % 10 != 0 {
            bytes.append(UInt8(ascii: "."))
            bytes.append(UInt8(ascii: "0") + UInt8(size % 10))
        }
    }

    private static func tenths(_ value: Double) -> Int {
        value.isNaN ? 0 : Int((min(max(value, -1e6), 1e6) * 10).rounded())
    }
}
