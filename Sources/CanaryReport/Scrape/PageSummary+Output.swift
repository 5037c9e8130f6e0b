package import CanaryCore
import CanaryTelemetry

extension PageSummary {
    /// 0 if requests are found, 3 if the page is fine and holds none, 64 if it is not an exposition.
    package var exitCode: ExitCode {
        if fault != nil { return .usage }
        return cohorts.isEmpty ? .unknown : .healthy
    }

    /// As text, with a final newline.
    package func text(target: String, style: Style) -> String {
        let name = TextCells.harmless(target)
        if let fault {
            let head =
                "\(style.paint("error", .bad)): \(name):\(fault.line):\(fault.column): \(fault.label): \(fault.message)"
            let number = TextCells.alignedRight("\(fault.line)", to: 6)
            let caret = String(repeating: " ", count: max(fault.caret - 1, 0)) + "^"
            return "\(head)\n\(number) | \(fault.source)\n       | \(caret)\n"
        }
        var lines = [
            "\(name): \(Phrase.count(bytes)) bytes, \(Phrase.count(lines)) lines, \(Phrase.count(samples)) samples of "
                + "\(Phrase.count(families.count))\(hasMoreFamilies ? " or more" : "") families\(isSkimmed ? " that Haldane uses" : "")"
        ]
        lines.append(
            "  envoy    \(witness.map { "its part is in the page (\($0))" } ?? "no line of Envoy: its part is missing")"
        )
        lines.append(
            "  process  \(processStart.map { "started at \(Self.moment($0.seconds)) (\($0.family))" } ?? "no start time")"
        )
        if cohorts.isEmpty {
            lines.append(
                style.paint("  \(style.symbol(.unknown)) no requests", .warning)
                    + ": there is no istio_requests_total here; is this the sidecar's port 15020, path /stats/prometheus?"
            )
        }
        for cohort in sortedCohorts { lines += Self.lines(cohort) }
        if hasMoreCohorts { lines.append("  and more cohorts than \(Self.mostCohorts), not shown") }
        let shown = families.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10)
        if !shown.isEmpty {
            lines.append(
                "  families "
                    + shown.map { "\(TextCells.harmless($0.key)) (\(Phrase.count($0.value)))" }.joined(separator: ", ")
            )
            if families.count > shown.count {
                lines[lines.count - 1] += ", and \(Phrase.count(families.count - shown.count)) more"
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A start time as a page gives it, which may be anything.
    private static func moment(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e11, let milliseconds = Int64(exactly: (seconds * 1000).rounded())
        else {
            return "\(seconds) s since 1970"
        }
        return Figures.moment(Timestamp(milliseconds: milliseconds))
    }

    private var sortedCohorts: [Cohort] {
        cohorts.sorted { ($0.workload, $0.reporter, $0.revision) < ($1.workload, $1.reporter, $1.revision) }
    }

    private static func lines(_ cohort: Cohort) -> [String] {
        let revision = cohort.revision.isEmpty ? "" : ", revision \(cohort.revision)"
        let namespace = cohort.namespace.isEmpty ? "" : " in \(cohort.namespace)"
        let workload = cohort.workload.isEmpty ? "(no workload)" : cohort.workload
        let codes = cohort.requests.sorted { $0.key < $1.key }.map { "\($0.key): \(Phrase.count($0.value))" }.joined(
            separator: ", "
        )
        let failed = cohort.requests.reduce(0.0) { ResponseKey($1.key).isFailure ? $0 + $1.value : $0 }
        let total = cohort.total
        let share = total > 0 ? " (\(Phrase.percent(failed / total)) failed)" : ""
        let callers = cohort.callers.sorted()
        var lines = [
            TextCells.harmless("  cohort   \(workload)\(namespace)\(revision), reporter \(cohort.reporter)"),
            TextCells.harmless("           requests \(Phrase.count(total))\(share): \(codes)"),
        ]
        if !callers.isEmpty {
            lines.append(TextCells.harmless("           callers  \(callers.joined(separator: ", "))"))
        }
        if cohort.bounds.isEmpty {
            lines.append("           latency  none")
        } else {
            let bounds = cohort.bounds.sorted().map(Phrase.decimal)
            lines.append(
                "           latency  \(Phrase.count(cohort.latencyCount)) in buckets up to \(bounds.joined(separator: ", ")) ms"
            )
        }
        return lines
    }

    /// As one JSON object and a newline: `haldane.scrape/1`.
    package func json(target: String) -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.scrape/1")
        writer.key("target")
        writer.string(target)
        writer.key("bytes")
        writer.integer(bytes)
        writer.key("lines")
        writer.integer(lines)
        writer.key("samples")
        writer.integer(samples)
        writer.key("witness")
        if let witness { writer.string(witness) } else { writer.null() }
        writer.key("processStart")
        writer.double(processStart?.seconds)
        writer.key("fault")
        if let fault {
            writer.beginObject()
            writer.key("label")
            writer.string(fault.label)
            writer.key("line")
            writer.integer(fault.line)
            writer.key("column")
            writer.integer(fault.column)
            writer.key("message")
            writer.string(fault.message)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("cohorts")
        writer.beginArray()
        for cohort in sortedCohorts { Self.write(cohort, to: &writer) }
        writer.endArray()
        writer.key("families")
        writer.beginObject()
        for family in families.sorted(by: { $0.key < $1.key }) {
            writer.key(text: family.key)
            writer.integer(family.value)
        }
        writer.endObject()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func write(_ cohort: Cohort, to writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("reporter")
        writer.string(cohort.reporter)
        writer.key("workload")
        writer.string(cohort.workload)
        writer.key("namespace")
        writer.string(cohort.namespace)
        writer.key("revision")
        writer.string(cohort.revision)
        writer.key("subset")
        writer.string(cohort.subset)
        writer.key("requests")
        writer.beginObject()
        for (code, count) in cohort.requests.sorted(by: { $0.key < $1.key }) {
            writer.key(text: code)
            writer.double(count)
        }
        writer.endObject()
        writer.key("callers")
        writer.strings(cohort.callers.sorted())
        writer.key("bounds")
        writer.doubles(cohort.bounds.sorted())
        writer.endObject()
    }
}
