import { expect, test } from 'vitest'
import { withoutPasswords } from '../../src/findings/passwords.ts'

test.each([
  [`create role a login password 's3cret';`, `create role a login password '******';`],
  [
    `ALTER USER a PASSWORD E's3\\ncr' VALID UNTIL '2030-01-01'`,
    `ALTER USER a PASSWORD E'******' VALID UNTIL '2030-01-01'`,
  ],
  [`alter role a password 'it''s3' login`, `alter role a password '**''**' login`],
  [`options (user 'u', password 's3cret')`, `options (user 'u', password '******')`],
  [`execute 'alter role a password ''s3cret'' login'`, `execute 'alter role a password ''******'' login'`],
  [`connection 'host=h password=s3cret user=u'`, `connection 'host=h password=****** user=u'`],
  [`connect('password=s3cret')`, `connect('password=******')`],
  [`{"password": 's3cret'}`, `{"password": '******'}`],
])('the password of %s is starred, as long as it is', (text, expected) => {
  expect(withoutPasswords(text)).toBe(expected)
})

test.each([
  'alter role a password null',
  `create table users (password text default '', note text default 'x')`,
  `comment on column users.password_hash is 'bcrypt'`,
])('%s holds none and stays as it is', (text) => {
  expect(withoutPasswords(text)).toBe(text)
})
