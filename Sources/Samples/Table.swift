import Events

/// Events as a CSV: a header with every column that one of them needs, one row an event.
enum Table {
    /// The columns in the contract's order that these events need.
    static func columns(_ events: [SampleEvent]) -> [String] {
        var used: Set<String> = []
        for event in events { for field in event.allFields { used.insert(field.name) } }
        return EventType.fieldNames.filter { used.contains($0) }
    }

    /// The lines without their ends. `names` gives columns other names, `words` cells other words.
    static func lines(_ events: [SampleEvent], names: [String: String] = [:], words: [String: [String: String]] = [:]) -> [String] {
        let columns = columns(events)
        var lines = [columns.map { names[$0] ?? $0 }.joined(separator: ",")]
        for event in events {
            let cells = Dictionary(uniqueKeysWithValues: event.allFields.map { ($0.name, $0.value) })
            lines.append(
                columns.map { column in
                    let cell = cells[column] ?? ""
                    return quoted(words[column]?[cell] ?? cell)
                }.joined(separator: ","))
        }
        return lines
    }

    private static func quoted(_ cell: String) -> String {
        cell.utf8.contains(where: { $0 == 0x2C || $0 == 0x22 }) ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
}

/// The Chinese columns and cells of the bureau's own exports, as `pipelines/tongzhou.yaml` maps them back.
enum ChineseWords {
    static let columns = [
        "event_id": "事件编号", "type": "事件类型", "occurred_on": "发生日期", "recorded_at": "记录时间", "child": "儿童", "community": "社区代码",
        "born_on": "出生日期", "target": "更正对象", "reason": "原因", "facility": "机构编号", "name": "机构名称", "registrar": "登记机关", "form": "服务形式",
        "longitude": "经度", "latitude": "纬度", "infant": "乳儿班托位", "toddler": "托小班托位", "preschool": "托大班托位", "mixed": "混合班托位",
        "receipt": "回执编号", "level": "示范级别", "kind": "证照", "valid_until": "有效期至", "result": "检查结果", "caregivers": "照护人员数",
        "indoor_m2": "室内面积", "class": "班型", "mode": "服务方式", "grant": "补助编号", "scheme": "补助项目", "amount": "金额",
    ]
    static let cells: [String: [String: String]] = [
        "type": [
            "birth_registered": "出生登记", "child_moved_in": "迁入", "newborn_visited": "新生儿访视", "child_relocated": "区内迁移",
            "child_moved_out": "迁出", "child_died": "死亡", "event_voided": "更正作废", "waitlist_joined": "登记候补", "waitlist_left": "退出候补",
            "child_enrolled": "入托", "class_changed": "调班", "child_withdrew": "离托", "facility_registered": "机构登记",
            "facility_relocated": "机构迁址", "capacity_set": "托位核定", "filing_submitted": "提交备案", "filing_returned": "退回补正",
            "filing_accepted": "备案回执", "filing_cancelled": "注销备案", "inclusive_recognized": "普惠认定", "inclusive_withdrawn": "取消普惠",
            "demonstration_awarded": "示范授牌", "demonstration_withdrawn": "取消示范", "credential_issued": "证照核发",
            "inspection_completed": "监督检查", "staffing_reported": "人员上报", "site_reported": "场地上报", "facility_closed": "机构停办",
            "subsidy_granted": "补助核定", "subsidy_paid": "补助发放", "subsidy_recovered": "补助追回",
        ],
        "registrar": ["institution": "编办", "civil_affairs": "民政", "market": "市场监管"],
        "form": ["center": "托育机构", "community": "社区嵌入", "kindergarten": "幼儿园托班", "employer": "用人单位", "home": "家庭托育点"],
        "class": ["infant": "乳儿班", "toddler": "托小班", "preschool": "托大班", "mixed": "混合编班"],
        "mode": ["full_day": "全日托", "half_day": "半日托", "hourly": "计时托"],
        "kind": ["fire": "消防", "hygiene": "卫生", "food": "食品"],
        "level": ["province": "省级", "city": "市级", "district": "区级"],
        "result": ["pass": "合格", "rectify": "整改", "fail": "不合格"],
        "scheme": ["construction": "建设补助", "operating": "运营补助", "demonstration": "示范奖励", "voucher": "托育消费券", "childrearing": "育儿补贴"],
    ]
}
