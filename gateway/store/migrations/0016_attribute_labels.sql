-- What an attribute is called in each language, where somebody has said so: {"ko": "요금제"}. Otherwise `label` stands.
alter table attribute_definitions add column labels {json} not null default '{}';
update attribute_definitions set labels = '{"ko": "이메일"}' where target = 'contact' and key = 'email' and label = 'Email';
update attribute_definitions set labels = '{"ko": "요금제"}' where target = 'contact' and key = 'plan' and label = 'Plan';
update attribute_definitions set labels = '{"ko": "고객이 된 날"}'
    where target = 'contact' and key = 'since' and label = 'Customer since';
