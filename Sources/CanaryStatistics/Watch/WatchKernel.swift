/// Steps of sums that are stored between looks.
enum WatchKernel {
    /// M ← e (m + M), in logarithms.
    @inline(__always)
    static func grown(_ sums: Lanes, by logE: Lanes, _ logMass: Double) -> Lanes {
        let mass = Elementary.splat(logMass)
        return Lanes(low: LogSum.add(sums.low, mass) + logE.low, high: LogSum.add(sums.high, mass) + logE.high)
    }

    /// Log of the average over effects.
    @inline(__always)
    static func mean(_ sums: Lanes, _ grid: TiltGrid) -> Double {
        LogSum.of(Lanes(low: sums.low + grid.logWeight.low, high: sums.high + grid.logWeight.high))
    }

    /// Log of the sum of the first numbers of a buffer.
    static func sum(_ values: [Double], _ count: Int) -> Double {
        var largest = -Double.infinity
        for index in 0..<count where values[index] > largest { largest = values[index] }
        guard largest > -.infinity else { return largest }
        var total = 0.0
        for index in 0..<count { total += Elementary.exp(values[index] - largest) }
        return largest + Elementary.log(total)
    }
}
