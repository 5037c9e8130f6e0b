/// What the labels of one series of a whole mesh say.
struct MeshLabels {
    /// How the requests of a series ended.
    enum Outcome: Sendable, Hashable {
        case answered(isFailure: Bool)
        /// Injected faults, policy: they say nothing about the service.
        case excluded
        /// No response code: failures cannot be told.
        case unreadable
    }

    let istio: IstioLabels
    /// What tells the pod apart in the mesh; empty if the series has no pod.
    let pod: String

    /// - Parameter reporter: with `destination` a pod is one of the workload's, so the workload's namespace is the pod's.
    init(_ bytes: UnsafeBufferPointer<UInt8>, podLabel: String, reporter: Reporter) {
        istio = IstioLabels(bytes)
        let name = Self.value(of: podLabel, in: bytes)
        var namespace: IstioLabels.Value?
        if reporter == .destination { namespace = istio.namespace ?? Self.value(of: "namespace", in: bytes) }
        let podName = IstioLabels.string(name)
        if podName.isEmpty {
            // Without a pod, a version's counters together stand for one.
            let version = "\(IstioLabels.string(istio.workload)) \(IstioLabels.string(istio.version))"
            pod = "\(IstioLabels.string(namespace))/(\(version))"
        } else {
            pod = "\(IstioLabels.string(namespace))/\(podName)"
        }
    }

    /// How the requests ended, by the one classification that all sources share.
    var outcome: Outcome {
        let flags = ResponseFlags(IstioLabels.string(istio.flags))
        if flags.exclusion != nil { return .excluded }
        guard let response = responseClass(flags) else { return .unreadable }
        return .answered(isFailure: response.key.isFailure)
    }

    /// Whether the durations tell about the service. A query may have seen to that, and then leaves out the class.
    var hasLatency: Bool {
        let flags = ResponseFlags(IstioLabels.string(istio.flags))
        if flags.exclusion != nil { return false }
        guard istio.responseCode != nil || istio.grpcStatus != nil else { return true }
        return responseClass(flags)?.hasLatency ?? false
    }

    private func responseClass(_ flags: ResponseFlags) -> ResponseClass? {
        ResponseClass(
            protocol: IstioLabels.string(istio.requestProtocol),
            code: IstioLabels.string(istio.responseCode),
            grpcStatus: IstioLabels.string(istio.grpcStatus),
            flags: flags
        )
    }

    /// The upper bound of a bucket; nil if there is none that can be read.
    static func upperBound(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        guard let value = value(of: "le", in: bytes), let base = value.baseAddress else { return nil }
        return DecimalNumber.parse(base, 0, value.count)
    }

    /// The labels without `le`, which all buckets of a histogram share.
    static func withoutBound(_ bytes: UnsafeBufferPointer<UInt8>, into text: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        var walker = LabelWalker(bytes)
        while let label = walker.next() {
            if label.name.elementsEqual("le".utf8) { continue }
            text.append(contentsOf: label.name)
            text.append(UInt8(ascii: "="))
            text.append(UInt8(ascii: "\""))
            text.append(contentsOf: label.value)
            text.append(UInt8(ascii: "\""))
        }
    }

    private static func value(of name: String, in bytes: UnsafeBufferPointer<UInt8>) -> IstioLabels.Value? {
        var walker = LabelWalker(bytes)
        while let label = walker.next() {
            if label.name.elementsEqual(name.utf8) { return label.value }
        }
        return nil
    }
}
