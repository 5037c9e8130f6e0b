/// The labels of one series that decide what it means, as bytes of the page.
struct IstioLabels {
    typealias Value = UnsafeBufferPointer<UInt8>

    var reporter: Value?
    var sourceWorkload: Value?
    var workload: Value?
    var namespace: Value?
    var revision: Value?
    var version: Value?
    var service: Value?
    var requestProtocol: Value?
    var responseCode: Value?
    var grpcStatus: Value?
    var flags: Value?

    /// Finds the labels by name, in any order.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var walker = LabelWalker(bytes)
        while let label = walker.next() {
            guard let name = label.name.baseAddress else { continue }
            let count = label.name.count
            switch count {
            case 8 where ByteScan.equals(name, count, "reporter"): reporter = label.value
            case 13 where ByteScan.equals(name, count, "response_code"): responseCode = label.value
            case 14 where ByteScan.equals(name, count, "response_flags"): flags = label.value
            case 15 where ByteScan.equals(name, count, "source_workload"): sourceWorkload = label.value
            case 16 where ByteScan.equals(name, count, "request_protocol"): requestProtocol = label.value
            case 19 where ByteScan.equals(name, count, "destination_version"): version = label.value
            case 19 where ByteScan.equals(name, count, "destination_service"): service = label.value
            case 20 where ByteScan.equals(name, count, "destination_workload"): workload = label.value
            case 20 where ByteScan.equals(name, count, "grpc_response_status"): grpcStatus = label.value
            case 30 where ByteScan.equals(name, count, "destination_workload_namespace"): namespace = label.value
            case 30 where ByteScan.equals(name, count, "destination_canonical_revision"): revision = label.value
            default: continue
            }
        }
    }

    /// Whether these are the labels of an `istio_build` of Envoy's filter, not of the agent or a control plane.
    static func isProxyBuild(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var walker = LabelWalker(bytes)
        while let label = walker.next() {
            if label.name.elementsEqual("component".utf8) { return LabelWalker.equals(label.value, "proxy") }
        }
        return false
    }

    /// Whether a label is `text`; an absent one equals the empty text.
    static func equals(_ value: Value?, _ text: String) -> Bool {
        guard let value else { return text.isEmpty }
        return LabelWalker.equals(value, text)
    }

    /// The label's text; empty if it is absent.
    static func string(_ value: Value?) -> String {
        value.map { LabelWalker.string($0) } ?? ""
    }
}
