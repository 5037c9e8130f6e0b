import CanaryReport

/// Draws frames on the alternate screen: only the lines that are not there already.
struct ScreenPainter {
    private let stream: Console.Stream
    private var shown: [String]?
    private var size = (columns: 0, rows: 0)
    private var cursor: LiveFrame.Cursor?
    private(set) var isOpen = false

    init(_ stream: Console.Stream) {
        self.stream = stream
    }

    /// Draws a frame; the whole of it after a change of size.
    mutating func draw(_ frame: LiveFrame, columns: Int, rows: Int) {
        var text = isOpen ? "" : RawTerminal.entering
        if size != (columns, rows) || !isOpen {
            if isOpen { text += "\u{1B}[2J" }
            shown = nil
            size = (columns, rows)
        }
        isOpen = true
        for row in 0..<rows {
            let line = row < frame.lines.count ? frame.lines[row] : ""
            if let shown, row < shown.count, shown[row] == line { continue }
            // A cursor behind a full line would erase its last character.
            let rest = TextCells.width(line) < columns ? "\u{1B}[K" : ""
            text += "\u{1B}[\(row + 1);1H\(line)\(rest)"
        }
        if let place = frame.cursor {
            text += "\u{1B}[\(place.row + 1);\(place.column + 1)H" + (cursor == nil ? "\u{1B}[?25h" : "")
        } else if cursor != nil {
            text += "\u{1B}[?25l"
        }
        cursor = frame.cursor
        shown = frame.lines
        if !text.isEmpty { stream.writeWaiting(text) }
    }

    /// The alternate screen may be gone: the next frame enters it, and draws everything anew.
    mutating func reopen() { isOpen = false }

    /// Goes back to the normal screen, and leaves text there.
    mutating func leave(behind lines: [String]) {
        guard isOpen else { return }
        stream.writeWaiting(RawTerminal.leaving + lines.map { $0 + "\r\n" }.joined())
        isOpen = false
        shown = nil
        cursor = nil
    }
}
