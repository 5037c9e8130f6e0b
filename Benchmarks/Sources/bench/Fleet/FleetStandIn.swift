import Foundation
import Glibc

/// A stand-in for a Prometheus server: answers range queries about a `FleetMesh`, as fast as it can write.
///
/// It is a process of its own, so that its memory and processor time are not those of what is measured.
struct FleetStandIn {
    let mesh: FleetMesh

    /// Serves until the process is ended; writes its port to stdout first.
    func serve() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard listener >= 0, isBound else { throw POSIXError(.EADDRINUSE) }
        FileHandle.standardOutput.write(Data("\(UInt16(bigEndian: address.sin_port))\n".utf8))
        signal(SIGPIPE, SIG_IGN)
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { continue }
            while let query = readQuery(connection), answer(query, to: connection) {}
            close(connection)
        }
    }

    private struct Query {
        var text: String
        var start: Int
        var end: Int
        var step: Int
    }

    private func readQuery(_ connection: Int32) -> Query? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let head = text.range(of: "\r\n\r\n") {
                let lines = text[..<head.lowerBound].lowercased().split(separator: "\r\n")
                let field = lines.first { $0.hasPrefix("content-length:") }
                let length = field.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if text[head.upperBound...].utf8.count >= length { return query(String(text[head.upperBound...])) }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private func query(_ form: String) -> Query? {
        var fields: [Substring: Substring] = [:]
        for part in form.split(separator: "&") {
            guard let sign = part.firstIndex(of: "=") else { continue }
            fields[part[..<sign]] = part[part.index(after: sign)...]
        }
        func number(_ name: Substring) -> Int? { fields[name].flatMap { Double($0) }.map { Int($0) } }
        guard let start = number("start"), let end = number("end"), let step = number("step"), step > 0 else {
            return nil
        }
        return Query(text: String(fields["query"] ?? ""), start: start, end: end, step: step)
    }

    private func answer(_ query: Query, to connection: Int32) -> Bool {
        let isTime = query.text.contains("timestamp")
        let isBucket = query.text.contains("duration_milliseconds_bucket")
        let times = Array(Swift.stride(from: query.start, through: query.end, by: query.step))
        let beginnings: [[UInt8]] = times.map { Array("[\($0),\"".utf8) }
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        guard send(head, connection) else { return false }
        var part = Array("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[".utf8)
        part.reserveCapacity(2 << 20)
        var isFirst = true
        // No pod is scraped twice.
        let services = query.text.contains("prometheus_replica") ? 0 : mesh.services
        for service in 0..<services {
            let series =
                isTime ? mesh.sampleTimes(service) : isBucket ? mesh.buckets(service) : mesh.requests(service)
            for one in series {
                if !isFirst { part.append(UInt8(ascii: ",")) }
                isFirst = false
                part += "{\"metric\":{".utf8
                part += one.labels.utf8
                part += "},\"values\":[".utf8
                for (index, time) in times.enumerated() {
                    if index > 0 { part.append(UInt8(ascii: ",")) }
                    part += beginnings[index]
                    Self.append(isTime ? time : (time - 1_700_000_000) * one.rate, to: &part)
                    part.append(UInt8(ascii: "\""))
                    part.append(UInt8(ascii: "]"))
                }
                part += "]}".utf8
            }
            if part.count > 1 << 20 {
                guard sendChunk(part, connection) else { return false }
                part.removeAll(keepingCapacity: true)
            }
        }
        part += "]}}".utf8
        return sendChunk(part, connection) && send("0\r\n\r\n", connection)
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = max(number, 0)
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private func sendChunk(_ bytes: [UInt8], _ connection: Int32) -> Bool {
        send("\(String(bytes.count, radix: 16))\r\n", connection) && send(bytes, connection) && send("\r\n", connection)
    }

    private func send(_ text: String, _ connection: Int32) -> Bool { send(Array(text.utf8), connection) }

    private func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = Glibc.send(connection, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, 0)
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
}
