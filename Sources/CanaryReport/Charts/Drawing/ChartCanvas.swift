/// Writes the elements of one chart's SVG.
struct ChartCanvas {
    static let textSize = 13.0
    static let smallSize = 12.0

    let size: ChartSize
    let id: String
    private(set) var body = ""
    private var hasHatch = false
    private(set) var hasAnchors = false

    init(_ chart: some Chart, _ size: ChartSize) {
        self.size = size
        id = ChartMarkup.id(chart.id) + (size == .wide ? "" : "-c")
    }

    /// Where a text's position lies in it.
    enum Anchor: Sendable {
        case start
        case middle
        case end
    }

    mutating func text(
        _ text: String,
        _ x: Double,
        _ y: Double,
        _ classes: String = "t",
        _ anchor: Anchor = .start
    ) {
        guard !text.isEmpty else { return }
        let suffix =
            switch anchor {
            case .start: ""
            case .middle: " m"
            case .end: " e"
            }
        body += "<text class=\"\(classes)\(suffix)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\">"
        body += "\(ChartMarkup.escaped(text))</text>"
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ classes: String) {
        var path = PathText()
        path.move(x1, y1)
        path.line(x2, y2)
        draw(path, classes)
    }

    mutating func rect(
        _ x: Double,
        _ y: Double,
        _ width: Double,
        _ height: Double,
        _ classes: String,
        title: String = ""
    ) {
        guard width > 0, height > 0 else { return }
        body += "<rect class=\"\(classes)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
        body += " width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
        body += title.isEmpty ? "/>" : "><title>\(ChartMarkup.escaped(title))</title></rect>"
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ classes: String) {
        body +=
            "<circle class=\"\(classes)\" cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\"/>"
    }

    /// A rectangle of slanted lines.
    mutating func hatch(_ x: Double, _ y: Double, _ width: Double, _ height: Double, title: String = "") {
        guard width > 0, height > 0 else { return }
        var path = PathText()
        path.move(x, y)
        path.line(x + width, y)
        path.line(x + width, y + height)
        path.line(x, y + height)
        path.close()
        hatch(path, title: title)
    }

    mutating func hatch(_ path: PathText, title: String = "") {
        guard !path.isEmpty else { return }
        hasHatch = true
        body += "<path fill=\"url(#\(id)-h)\" d=\"\(path.text)\""
        body += title.isEmpty ? "/>" : "><title>\(ChartMarkup.escaped(title))</title></path>"
    }

    mutating func draw(_ path: PathText, _ classes: String) {
        guard !path.isEmpty else { return }
        body += "<path class=\"\(classes)\" d=\"\(path.text)\"/>"
    }

    /// Everything within is cut off at the box; its coordinates begin at the box's corner.
    mutating func box(_ plot: PlotBox, _ content: (inout ChartCanvas) -> Void) {
        body += "<svg x=\"\(Self.number(plot.left))\" y=\"\(Self.number(plot.top))\""
        body += " width=\"\(Self.number(plot.width))\" height=\"\(Self.number(plot.height))\">"
        content(&self)
        body += "</svg>"
    }

    /// Elements with a text for pointers, and a link where there is an anchor.
    mutating func group(title: String, anchor: String?, _ content: (inout ChartCanvas) -> Void) {
        if let anchor {
            hasAnchors = true
            body += "<a href=\"#\(ChartMarkup.id(anchor))\">"
        } else {
            body += "<g>"
        }
        if !title.isEmpty { body += "<title>\(ChartMarkup.escaped(title))</title>" }
        content(&self)
        body += anchor == nil ? "</g>" : "</a>"
    }

    /// The whole element.
    ///
    /// With links in it, it is a group and not an image, because what is inside of an image cannot be reached by keyboard.
    func document(title: String, summary: String, width: Double, height: Double) -> String {
        var result = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart \(size == .wide ? "wide" : "compact")\""
        result += " role=\"\(hasAnchors ? "group" : "img")\" aria-labelledby=\"\(id)-t \(id)-d\""
        result += " viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\">"
        result += "<title id=\"\(id)-t\">\(ChartMarkup.escaped(title))</title>"
        result += "<desc id=\"\(id)-d\">\(ChartMarkup.escaped(summary))</desc>"
        if hasHatch {
            result += "<pattern id=\"\(id)-h\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\""
            result += " patternTransform=\"rotate(45)\"><path class=\"hl\" d=\"M0 0v6\"/></pattern>"
        }
        return result + body + "</svg>"
    }

    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        let size = tenths.magnitude
        return (tenths < 0 ? "-" : "") + "\(size / 10)" + (size % 10 == 0 ? "" : ".\(size % 10)")
    }
}

/// The rectangle in which values are drawn.
struct PlotBox: Sendable {
    var left: Double
    var top: Double
    var width: Double
    var height: Double

    var right: Double { left + width }
    var bottom: Double { top + height }
}
