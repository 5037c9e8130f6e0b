extension LaneChart.Symbol {
    /// The outline around a centre, nothing for the round ones. All shapes look about equally large.
    func path(x: Double, y: Double, radius r: Double) -> PathText {
        var path = PathText()
        func polygon(_ points: [(Double, Double)]) {
            for (index, point) in points.enumerated() {
                let (px, py) = (x + point.0 * r, y + point.1 * r)
                if index == 0 { path.move(px, py) } else { path.line(px, py) }
            }
            path.close()
        }
        switch self {
        case .circle, .ring: break
        case .square: polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
        case .diamond: polygon([(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)])
        case .up: polygon([(0, -1.1), (1.1, 0.9), (-1.1, 0.9)])
        case .down: polygon([(0, 1.1), (1.1, -0.9), (-1.1, -0.9)])
        case .cross:
            let (a, b) = (0.35, 1.05)
            polygon([
                (-b, -b + a), (-b + a, -b), (0, -a), (b - a, -b), (b, -b + a), (a, 0), (b, b - a), (b - a, b), (0, a),
                (-b + a, b), (-b, b - a), (-a, 0),
            ])
        }
        return path
    }

    func classes(_ role: ChartRole) -> String { (self == .ring ? "so " : "sy ") + role.styleClass }
}

extension ChartCanvas {
    mutating func symbol(_ symbol: LaneChart.Symbol, _ x: Double, _ y: Double, radius: Double, _ role: ChartRole) {
        switch symbol {
        case .circle, .ring: circle(x, y, symbol == .ring ? radius - 1 : radius, symbol.classes(role))
        default: draw(symbol.path(x: x, y: y, radius: radius), symbol.classes(role))
        }
    }
}
