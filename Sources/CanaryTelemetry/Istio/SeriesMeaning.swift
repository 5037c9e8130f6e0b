/// What a series of requests counts, for the comparison at hand.
enum SeriesMeaning: Sendable, Hashable {
    /// Requests of a version.
    case answered(WindowQuality.Side, ResponseClass, caller: String)
    /// Requests of a version that say nothing about it, under a response flag.
    case excluded(WindowQuality.Side, flag: String)
    /// Requests that reached no version of a service, under their response flags.
    case unattributed(service: String, flags: String)
}

extension CollectorConfiguration {
    /// What a label set means in this comparison.
    func meaning(of bytes: UnsafeBufferPointer<UInt8>) -> SeriesReading.Classification {
        let labels = IstioLabels(bytes)
        guard IstioLabels.equals(labels.reporter, reporter.rawValue), matches(bytes) else { return .foreign }

        let flagText = IstioLabels.string(labels.flags)
        let flags = ResponseFlags(flagText)
        let side: WindowQuality.Side
        if stable.selects(labels) {
            side = .stable
        } else if canary.selects(labels) {
            side = .canary
        } else {
            return unattributed(labels, flags, flagText)
        }

        let service = IstioLabels.string(labels.service)
        if let flag = flags.exclusion { return .wanted(.excluded(side, flag: flag), service: service) }
        let response = ResponseClass(
            protocol: IstioLabels.string(labels.requestProtocol),
            code: IstioLabels.string(labels.responseCode),
            grpcStatus: IstioLabels.string(labels.grpcStatus),
            flags: flags
        )
        guard let response else { return .unreadable }
        let caller = IstioLabels.string(labels.sourceWorkload)
        return .wanted(
            .answered(side, response, caller: caller.isEmpty ? "unknown" : caller),
            service: service
        )
    }

    /// A failed request whose proxy had no host to name (Istio reference, section 1.2).
    private func unattributed(
        _ labels: IstioLabels,
        _ flags: ResponseFlags,
        _ flagText: String
    ) -> SeriesReading.Classification {
        guard IstioLabels.equals(labels.workload, "unknown"), !flags.isEmpty, flags.exclusion == nil else {
            return .foreign
        }
        let service = IstioLabels.string(labels.service)
        return .wanted(.unattributed(service: service, flags: flagText), service: "")
    }

    private func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if match.isEmpty { return true }
        var left = match
        var walker = LabelWalker(bytes)
        while let label = walker.next() {
            let name = String(decoding: label.name, as: UTF8.self)
            guard let wanted = left.removeValue(forKey: name) else { continue }
            guard LabelWalker.equals(label.value, wanted) else { return false }
        }
        return left.values.allSatisfy(\.isEmpty)
    }
}
