import type { SnippetStep } from './snippet.ts';

/** The Pythons of Debian, Ubuntu and Homebrew refuse a pip install outside an environment, and have no `python` there. */
export const PYTHON_ENVIRONMENT: SnippetStep = {
  zh: '新建一个文件夹，在里面建立 Python 环境（Windows：py -m venv .venv，然后 .venv\\Scripts\\activate）',
  en: 'Make a folder and in it a Python environment (Windows: py -m venv .venv, then .venv\\Scripts\\activate)',
  command: 'python3 -m venv .venv && . .venv/bin/activate',
};
