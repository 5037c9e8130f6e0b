import Foundation

/// Requests and latencies as they were really drawn, before any histogram of the mesh saw them.
///
/// Latencies are kept in logarithmic bins of one percent from 0.01 ms to about 22 minutes; quantiles are therefore
/// exact to half a percent. Its size is fixed.
struct LatencyLedger: Sendable, Hashable {
    private(set) var requests = 0
    private(set) var failed = 0
    private var sumMilliseconds = 0.0
    private var bins = [Int](repeating: 0, count: Self.binCount)

    /// Counts a request that was answered.
    mutating func succeed(milliseconds: Double, logMilliseconds: Double) {
        requests += 1
        sumMilliseconds += milliseconds
        let position = (logMilliseconds - Self.firstLog) * Self.binsPerUnit
        bins[Int(min(max(position, 0), Double(Self.binCount - 1)))] += 1
    }

    /// Counts a request that failed.
    mutating func fail() {
        requests += 1
        failed += 1
    }

    static func + (left: LatencyLedger, right: LatencyLedger) -> LatencyLedger {
        var sum = left
        sum.requests += right.requests
        sum.failed += right.failed
        sum.sumMilliseconds += right.sumMilliseconds
        for (index, count) in right.bins.enumerated() { sum.bins[index] += count }
        return sum
    }

    /// The summary of what was counted.
    var truth: VersionTruth {
        let answered = requests - failed
        return VersionTruth(
            requests: requests,
            failed: failed,
            failedShare: requests > 0 ? Double(failed) / Double(requests) : nil,
            meanMilliseconds: answered > 0 ? sumMilliseconds / Double(answered) : nil,
            medianMilliseconds: quantile(0.5, of: answered),
            p99Milliseconds: quantile(0.99, of: answered)
        )
    }

    private func quantile(_ share: Double, of answered: Int) -> Double? {
        guard answered > 0 else { return nil }
        let target = share * Double(answered)
        var seen = 0
        for (index, count) in bins.enumerated() {
            seen += count
            if count > 0, Double(seen) >= target {
                return exp(Self.firstLog + (Double(index) + 0.5) / Self.binsPerUnit)
            }
        }
        return nil
    }

    private static let firstLog = log(0.01)
    private static let binsPerUnit = 100.0
    private static let binCount = 1870
}
