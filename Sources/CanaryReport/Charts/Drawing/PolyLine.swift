/// Fewer points for the same picture.
package enum PolyLine {
    package struct Point: Sendable, Hashable {
        package var x: Double
        package var y: Double

        package init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// Which extreme of a column of points must survive.
    package enum Keep: Sendable {
        case both
        /// The smaller y, thus the upper edge of what is drawn.
        case top
        case bottom
    }

    /// Points in order of x without those that change the picture by less than `tolerance` vertically.
    ///
    /// First each column of `column` units keeps its extremes alone, if there are more points than that; then points near a
    /// straight line between kept ones are left out (a cone that narrows from the last kept point). Ends are always kept.
    ///
    /// - Complexity: O(n).
    package static func simplified(_ points: [Point], tolerance: Double, column: Double, keep: Keep = .both) -> [Point]
    {
        straightened(extremes(points, column: column, keep: keep), tolerance: tolerance)
    }

    /// Levels in order of x without those that differ from the level before by less than `tolerance`. Ends are always kept.
    package static func levelled(_ points: [Point], tolerance: Double, column: Double, keep: Keep = .both) -> [Point] {
        let points = extremes(points, column: column, keep: keep)
        var result: [Point] = []
        for (index, point) in points.enumerated() {
            guard let last = result.last, index < points.count - 1 else {
                result.append(point)
                continue
            }
            if (point.y - last.y).magnitude >= tolerance { result.append(point) }
        }
        return result
    }

    private static func extremes(_ points: [Point], column: Double, keep: Keep) -> [Point] {
        guard let start = points.first, let finish = points.last else { return points }
        guard Double(points.count) > max((finish.x - start.x) / column, 2) * 2 else { return points }
        var result: [Point] = []
        var index = 0
        while index < points.count {
            let end = points[index].x + column
            var (lowest, highest) = (index, index)
            let first = index
            while index < points.count, points[index].x < end || index == first {
                if points[index].y < points[lowest].y { lowest = index }
                if points[index].y > points[highest].y { highest = index }
                index += 1
            }
            var kept: [Int] =
                switch keep {
                case .both: [min(lowest, highest), max(lowest, highest)]
                case .top: [lowest]
                case .bottom: [highest]
                }
            if first == 0 { kept.insert(0, at: 0) }
            if index == points.count { kept.append(points.count - 1) }
            for (position, choice) in kept.enumerated() where position == 0 || choice != kept[position - 1] {
                result.append(points[choice])
            }
        }
        return result
    }

    private static func straightened(_ points: [Point], tolerance: Double) -> [Point] {
        guard var anchor = points.first, points.count > 2 else { return points }
        var result = [anchor]
        var (lowest, highest) = (-Double.infinity, Double.infinity)
        for index in 1..<points.count - 1 {
            let point = points[index]
            let next = points[index + 1]
            let dx = point.x - anchor.x
            if dx > 0 {
                lowest = max(lowest, (point.y - tolerance - anchor.y) / dx)
                highest = min(highest, (point.y + tolerance - anchor.y) / dx)
            }
            let run = next.x - anchor.x
            let slope = run > 0 ? (next.y - anchor.y) / run : .infinity
            if dx <= 0 || slope < lowest || slope > highest {
                result.append(point)
                anchor = point
                (lowest, highest) = (-.infinity, .infinity)
            }
        }
        result.append(points[points.count - 1])
        return result
    }
}
