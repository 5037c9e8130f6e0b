import CanaryReport
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension ProcessFacts {
    /// Of this process now, as far as the system tells.
    static var present: ProcessFacts {
        var facts = ProcessFacts()
        var usage = rusage()
        #if canImport(Glibc)
            let isKnown = getrusage(RUSAGE_SELF.rawValue, &usage) == 0
        #else
            let isKnown = getrusage(RUSAGE_SELF, &usage) == 0
        #endif
        if isKnown { facts.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime) }
        #if os(Linux)
            facts.readProc()
        #endif
        return facts
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    #if os(Linux)
        private mutating func readProc() {
            let manager = FileManager.default
            func text(_ path: String) -> String? {
                manager.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
            }
            // The name in brackets may hold anything; what follows the last bracket are numbers.
            if let stat = text("/proc/self/stat"), let end = stat.lastIndex(of: ")") {
                let fields = stat[end...].split(separator: " ").dropFirst().map(String.init)
                let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
                if fields.count > 21, ticks > 0 {
                    virtualBytes = Double(fields[20])
                    residentBytes = Double(fields[21]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
                    let boot = text("/proc/stat").flatMap { stat in
                        stat.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
                    }
                    startSeconds = boot.flatMap { boot in Double(fields[19]).map { boot + $0 / ticks } }
                }
            }
            openFiles = (try? manager.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
            if let limits = text("/proc/self/limits") {
                let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
                mostFiles = line?.dropFirst("Max open files".count).split(separator: " ").first.flatMap { Int($0) }
            }
        }
    #endif
}
